"""How far a study has come and who signed, by its rows, against what its log tells."""

from __future__ import annotations

from annotations.core.instrument.protocol import Protocol
from annotations.core.proof.course import SIGNED, STEPS, Act, course_breaks
from annotations.models import Study


def closing_breaks(study: Study) -> list[str]:
    """A study is as far as its log says, and who signed stands there."""
    acts = [
        Act(number, kind, str(actor or ""))
        for number, kind, actor in study.events.order_by("sequence").values_list(
            "sequence", "kind", "actor"
        )
    ]
    step = next((act.kind for act in reversed(acts) if act.kind in STEPS), None)
    is_so_far = step is not None and STEPS[step] == study.state
    breaks = [] if is_so_far else [f"state: {study.state}, but the log says {step}"]
    signed = study.events.filter(kind=SIGNED).order_by()
    signers = study.signatures.order_by().values_list("signer", flat=True)
    if sorted(signed.values_list("actor", flat=True)) != sorted(signers):
        breaks.append("signatures: they are not those of the log")
    return breaks + course_breaks(acts, _signatories(study))


def _signatories(study: Study) -> int:
    """Of a protocol that may have been tampered with, which its own check tells."""
    asked = study.protocol.get("signatories")
    return asked if type(asked) is int else Protocol.signatories
