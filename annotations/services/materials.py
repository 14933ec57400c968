"""Compare what the analysis takes from the model app with what was sealed of it."""

from __future__ import annotations

from annotations.core.proof.seal import Item
from annotations.models import SlotIdentity, Study
from annotations.selectors.outputs import texts_shown

MATERIAL, VERSIONS = "material", "versions"


def patient_breaks(study: Study) -> list[str]:
    """Cases whose patient has changed; as patients are the unit, so would p."""
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
    """What the exploratory analyses use of walks and texts: diagnoses, checked claims.

    ``None`` if the study was sealed before this was part of the seal.
    """
    if not _is_covered(study, MATERIAL):
        return None
    walks = study.cases.values_list("clip__name", "clip__label")
    said = {
        str(pk): {"label": text.label, **text.claims}
        for pk, text in texts_shown(study).items()
    }
    return Item(MATERIAL, {"diagnoses": dict(walks), "texts": said})


def versions_item(study: Study) -> Item | None:
    """The checkpoint that wrote each text, as the report's checklist names them.

    ``None`` if the study was sealed before this was part of the seal.
    """
    if not _is_covered(study, VERSIONS):
        return None
    shown = SlotIdentity.objects.filter(slot__assignment__seat__study=study)
    rows = shown.order_by().values_list("rationale", "rationale__checkpoint").distinct()
    return Item(VERSIONS, {str(pk): checkpoint for pk, checkpoint in rows})


def _is_covered(study: Study, name: str) -> bool:
    """Whether the seal covers it: an existing one by its leaves, a draft's always."""
    leaves = study.secret.leaves
    return not leaves or name in {leaf["name"] for leaf in leaves}
