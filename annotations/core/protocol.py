"""What a study's protocol fixes before sealing: tie rule, signatories, extras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from annotations.core.criteria import CORRECTNESS, CRITERIA, Criterion
from annotations.core.errors import StudyError

MAX_SIGNATORIES = 5


class TieRule(StrEnum):
    """What a rater may answer where no candidate stands out."""

    FORCED = "forced"
    TIES = "ties"
    NONE_ACCEPTABLE = "none acceptable"


@dataclass(frozen=True)
class Protocol:
    """Fixed when the study is created, sealed when it opens.

    ``signatories``: leads who must sign the unblinding. ``correctness`` adds the fifth
    criterion; ``confidence`` and ``guess`` ask for them, never require them.
    """

    tie_rule: TieRule = TieRule.FORCED
    signatories: int = 2
    correctness: bool = False
    confidence: bool = False
    guess: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.signatories <= MAX_SIGNATORIES:
            raise StudyError(
                f"signatories is {self.signatories}; a protocol names 1 to "
                f"{MAX_SIGNATORIES}"
            )

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The paper's four, and the optional fifth."""
        return (*CRITERIA, CORRECTNESS) if self.correctness else CRITERIA


def protocol_from(stored: Mapping[str, object]) -> Protocol:
    """Read a protocol as it was stored; an unknown field or value is an error."""
    known = {field.name for field in fields(Protocol)}
    if unknown := sorted(set(stored) - known):
        raise StudyError(f"the protocol has an unknown field {unknown[0]!r}")
    rule = stored.get("tie_rule", TieRule.FORCED)
    if rule not in set(TieRule):
        raise StudyError(f"tie rule {rule!r} is not one of {', '.join(TieRule)}")
    values = {**stored, "tie_rule": TieRule(str(rule))}
    return Protocol(**values)  # type: ignore[arg-type]


def protocol_json(protocol: Protocol) -> dict[str, object]:
    """The stored form."""
    return {**asdict(protocol), "tie_rule": str(protocol.tie_rule)}
