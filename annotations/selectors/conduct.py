"""How a study was conducted: its flow of readings, and its protocol's requirements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from annotations.core.ratings.rated_output import RatedOutput, is_answered
from annotations.models import Assignment, SlotIdentity, Study
from annotations.selectors.outputs import evaluator_name
from annotations.selectors.progress import DEVIATIONS
from annotations.vault import vault_opened

if TYPE_CHECKING:
    from annotations.core.report.checklist import StudyFacts
    from annotations.core.report.flow import Flow


def study_flow(study: Study, outputs: Sequence[RatedOutput]) -> Flow:
    """The flow of first readings, including those that never became data."""
    # The statistics are imported only when a report is requested, as in ``reports``.
    from annotations.core.report.flow import first_readings, outputs_flow

    rows = Assignment.objects.filter(seat__study=study, occasion=1)
    states = Counter(rows.values_list("state", flat=True))
    reasons = Counter(
        rows.filter(state=Assignment.State.CANNOT_JUDGE).values_list(
            "reason", flat=True
        )
    )
    told = outputs_flow(outputs)
    readings = first_readings(outputs)
    begun = sum(is_answered(readings.get(key, ())) for key in _left_open(rows))
    return replace(
        told,
        cases=study.cases.count(),
        assigned=sum(states.values()),
        not_opened=states[Assignment.State.NEW],
        unfinished=states[Assignment.State.OPEN] - begun,
        unsubmitted=begun,
        cannot_judge=tuple(reasons.most_common()),
    )


def _left_open(rows: QuerySet[Assignment]) -> Iterator[tuple[str, str]]:
    """Case and evaluator of readings never submitted, named as in the outputs."""
    left = rows.filter(state=Assignment.State.OPEN).values_list(
        "case__clip__name", "seat__number"
    )
    return ((clip, evaluator_name(number)) for clip, number in left)


def study_facts(study: Study) -> StudyFacts:
    """The facts from which an unblinded study's checklist is filled."""
    from annotations.core.report.checklist import StudyFacts

    rules = study.rules
    with vault_opened():
        made = SlotIdentity.objects.filter(slot__assignment__seat__study=study)
        pairs = made.values_list("system", "rationale__checkpoint").distinct()
        checkpoints = sorted(f"{system}: {name}" for system, name in pairs if name)
    versions = study.seats.exclude(consent_version="")
    return StudyFacts(
        purpose=study.purpose,
        is_pilot=study.is_pilot,
        tie_rule=str(rules.tie_rule),
        signatories=rules.signatories,
        practice=rules.practice,
        guess=rules.guess,
        own_diagnosis=rules.own_diagnosis,
        consent_versions=tuple(
            sorted(set(versions.values_list("consent_version", flat=True)))
        ),
        opened=_day(study.opened_at),
        locked=_day(study.locked_at),
        unblinded=_day(study.unblinded_at),
        presentation=rules.presentation,
        checkpoints=tuple(checkpoints),
        deviations=study.events.filter(kind__in=DEVIATIONS).count(),
    )


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "at an unknown time"
