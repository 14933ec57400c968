"""Other worlds: the same texts in the same places, attributed to other systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from annotations.models import Assignment, SlotIdentity

Permutations = Mapping[UUID, Sequence[int]]


def permute(permutations: Permutations) -> None:
    """Attribute each text of a case to another system, leaving the texts in place."""
    for case_id, order in permutations.items():
        identities = list(
            SlotIdentity.objects.filter(slot__assignment=case_id).order_by(
                "slot__letter"
            )
        )
        owners = [(one.system, one.rationale_id) for one in identities]
        for identity, source in zip(identities, order, strict=True):
            system, rationale = owners[source]
            SlotIdentity.objects.filter(pk=identity.pk).update(
                system=system, rationale=rationale
            )


def rotated() -> Permutations:
    """Every text is attributed to another system."""
    return dict.fromkeys(Assignment.objects.values_list("pk", flat=True), (1, 2, 0))
