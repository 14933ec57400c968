"""What the analysis takes from the model room, against what was sealed of it."""

from __future__ import annotations

from annotations.core.proof.seal import Item
from annotations.models import Study
from annotations.selectors.outputs import texts_shown

MATERIAL = "material"


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


def material_item(study: Study) -> Item | None:
    """What the exploratory analyses take of walks and texts: diagnoses, checked claims.

    ``None`` where the study was sealed before this was.
    """
    leaves = study.secret.leaves
    if leaves and MATERIAL not in {leaf["name"] for leaf in leaves}:
        return None
    walks = study.cases.values_list("clip__name", "clip__label")
    said = {
        str(pk): {"label": text.label, **text.claims}
        for pk, text in texts_shown(study).items()
    }
    return Item(MATERIAL, {"diagnoses": dict(walks), "texts": said})
