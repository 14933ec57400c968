"""What the analysis takes from the model room, against what was sealed of it."""

from __future__ import annotations

from annotations.core.proof.seal import Item
from annotations.models import SlotIdentity, Study
from annotations.selectors.outputs import claims_of
from gaitmodel.models import Rationale

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
    shown = SlotIdentity.objects.filter(slot__assignment__seat__study=study)
    texts = Rationale.objects.filter(pk__in=shown.values("rationale_id"))
    said = {
        str(pk): {"label": label, **claims_of(evidence)}
        for pk, label, evidence in texts.values_list("pk", "label", "evidence")
    }
    return Item(MATERIAL, {"diagnoses": dict(walks), "texts": said})
