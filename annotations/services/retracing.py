"""Compare a study's stored state and signatures with its log."""

from __future__ import annotations

from datetime import datetime, timedelta

from annotations.core.instrument.protocol import Protocol
from annotations.core.proof.course import SIGNED, STEPS, Act, course_breaks
from annotations.models import Study

NEAR = timedelta(minutes=1)


def closing_breaks(study: Study) -> list[str]:
    """Where the study's state, signatures or times differ from its log."""
    acts = [
        Act(number, kind, str(actor or ""))
        for number, kind, actor in study.events.order_by("sequence").values_list(
            "sequence", "kind", "actor"
        )
    ]
    step = next((act.kind for act in reversed(acts) if act.kind in STEPS), None)
    is_so_far = step is not None and STEPS[step] == study.state
    breaks = [] if is_so_far else [f"state: {study.state}, but the log says {step}"]
    breaks += _signature_breaks(study) + _time_breaks(study)
    return breaks + course_breaks(acts, _signatories(study))


def _signature_breaks(study: Study) -> list[str]:
    """Differences from the log in who signed, for what reason and when."""
    signed = study.events.filter(kind=SIGNED).order_by("actor")
    logged = list(signed.values_list("actor", "content__payload__reason", "at"))
    rows = study.signatures.order_by("signer")
    stored = list(rows.values_list("signer", "reason", "signed_at"))
    is_same = [row[:2] for row in stored] == [row[:2] for row in logged]
    if is_same and all(
        _is_near(row[2], entry[2]) for row, entry in zip(stored, logged, strict=True)
    ):
        return []
    return ["signatures: they are not those of the log"]


def _time_breaks(study: Study) -> list[str]:
    """Times of opening, locking, unblinding (printed in the report) that differ."""
    logged = dict(study.events.filter(kind__in=STEPS).values_list("kind", "at"))
    return [
        f"study: it was not {kind.removeprefix('study_')} when the log says"
        for kind, at in logged.items()
        if not _is_near(getattr(study, f"{kind.removeprefix('study_')}_at"), at)
    ]


def _is_near(moment: datetime | None, logged: datetime) -> bool:
    """Whether the times agree: a row's is taken just before its log entry's."""
    return moment is not None and abs(logged - moment) <= NEAR


def _signatories(study: Study) -> int:
    """The number required, from a protocol that may be invalid (checked elsewhere)."""
    asked = study.protocol.get("signatories")
    return asked if type(asked) is int else Protocol.signatories
