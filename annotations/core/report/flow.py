"""How readings became data: assigned, opened, judged, complete (after CONSORT's flow)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.ratings.rated_output import RatedOutput, is_answered
from annotations.core.report.report_tables import DESCRIPTIVE, ReportTable
from annotations.core.wording import DASH


@dataclass(frozen=True)
class Flow:
    """First readings of a study, or of a file of ratings.

    ``None`` where a file cannot know, as it holds no reading that never happened.
    ``cannot_judge`` counts each reason that evaluators gave. ``unfinished`` ones were
    opened but have no answer; ``unsubmitted`` ones have some, and are analysed: not
    opened, unfinished, cannot judge and judged add up to assigned.
    """

    cases: int
    patients: int
    evaluators: int
    assigned: int
    not_opened: int | None
    unfinished: int | None
    cannot_judge: tuple[tuple[str, int], ...] | None
    judged: int
    judged_patients: int
    judged_evaluators: int
    unsubmitted: int | None
    complete: int
    chose: int
    repeats: int

    @property
    def not_judged(self) -> int:
        return sum(count for _, count in self.cannot_judge or ())


def outputs_flow(outputs: Sequence[RatedOutput]) -> Flow:
    """The flow, as far as a list of rated outputs shows it."""
    readings = first_readings(outputs)
    repeats = {(o.case, o.evaluator, o.occasion) for o in outputs if o.occasion != 1}
    scored = [rows for rows in readings.values() if is_answered(rows)]
    return Flow(
        cases=len({case for case, _ in readings}),
        patients=len({o.patient for rows in readings.values() for o in rows}),
        evaluators=len({evaluator for _, evaluator in readings}),
        assigned=len(readings),
        not_opened=None,
        unfinished=None,
        cannot_judge=None,
        judged=len(scored),
        judged_patients=len({rows[0].patient for rows in scored}),
        judged_evaluators=len({rows[0].evaluator for rows in scored}),
        unsubmitted=None,
        complete=sum(map(_is_complete, scored)),
        chose=sum(any(o.best for o in rows) for rows in scored),
        repeats=len(repeats),
    )


def first_readings(
    outputs: Sequence[RatedOutput],
) -> dict[tuple[str, str], list[RatedOutput]]:
    """The outputs of each first reading, by case and evaluator."""
    readings: dict[tuple[str, str], list[RatedOutput]] = {}
    for output in outputs:
        if output.occasion == 1:
            readings.setdefault((output.case, output.evaluator), []).append(output)
    return readings


def _is_complete(rows: Sequence[RatedOutput]) -> bool:
    return all(value is not None for o in rows for value in o.scores.values())


def flow_table(flow: Flow) -> ReportTable:
    """The flow from top to bottom; losses are listed where they occurred."""
    lost = [
        (f"  cannot judge: {reason}", str(count))
        for reason, count in flow.cannot_judge or ()
    ]
    rows = (
        ("Cases of the study", str(flow.cases)),
        ("Patients", str(flow.patients)),
        ("Evaluators assigned", str(flow.evaluators)),
        ("Readings assigned", str(flow.assigned)),
        ("  never opened", _number(flow.not_opened)),
        ("  opened, not answered", _number(flow.unfinished)),
        *(lost or [("  could not be judged", _number(_lost(flow)))]),
        ("Readings analysed", str(flow.judged)),
        ("  of patients", str(flow.judged_patients)),
        ("  by evaluators", str(flow.judged_evaluators)),
        ("  answered in part, not submitted", _number(flow.unsubmitted)),
        ("  with every criterion scored", str(flow.complete)),
        ("  with one system chosen best", str(flow.chose)),
        ("Repeated readings (kept apart)", str(flow.repeats)),
    )
    return ReportTable(
        "How the readings came about",
        ("Step", "Number"),
        rows,
        "A reading is one case seen by one evaluator. A dash: a file of ratings does "
        "not tell. Repeated readings measure steadiness and enter no other result.",
        DESCRIPTIVE,
    )


def _lost(flow: Flow) -> int | None:
    return None if flow.cannot_judge is None else flow.not_judged


def _number(count: int | None) -> str:
    return DASH if count is None else str(count)
