"""Other worlds: the same texts in the same places, written by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from annotations.models import Assignment, SlotIdentity

Permutations = Mapping[UUID, Sequence[int]]


def permute(permutations: Permutations) -> None:
    """Give each text of a case to another system, the texts staying where they are."""
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
    """Everybody's texts are somebody else's."""
    return dict.fromkeys(Assignment.objects.values_list("pk", flat=True), (1, 2, 0))
