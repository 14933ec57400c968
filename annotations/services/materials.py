"""What the analysis takes from the model room, against what was sealed of it."""

from __future__ import annotations

from annotations.models import Study


def patient_breaks(study: Study) -> list[str]:
    """The patient is the unit of the analysis: a walk moved to another moves the p."""
    sealed = {key["case"]: key["patient"] for key in study.secret.design["cases"]}
    rows = study.cases.order_by("pk").values_list(
        "pk", "clip__name", "clip__subject__name"
    )
    return [
        f"case {pk}: its patient is not the one that was sealed"
        for pk, clip, patient in rows
        if sealed.get(clip, patient) != patient
    ]
