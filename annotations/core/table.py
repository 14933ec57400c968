"""Ratings as arrays: one row per task (case x evaluator), one column per system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from annotations.core.errors import StudyError
from annotations.core.ratings import RatedOutput

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NO_CHOICE = -1  # the evaluator answered, and chose none
UNANSWERED = -2


@dataclass(frozen=True)
class RatingTable:
    """The first readings of all cases; repeats are kept apart and never pooled.

    ``values[criterion]`` (tasks, systems) float64, NaN where not answered. ``best`` and
    ``second`` (tasks,) hold a system's column, ``NO_CHOICE`` or ``UNANSWERED``.
    ``patient``, ``evaluator`` and ``case`` (tasks,) are codes into their names.
    """

    systems: tuple[str, ...]
    criteria: tuple[str, ...]
    cases: tuple[str, ...]
    patients: tuple[str, ...]
    evaluators: tuple[str, ...]
    case: IntArray
    patient: IntArray
    evaluator: IntArray
    values: dict[str, FloatArray]
    best: IntArray
    second: IntArray
    rows: tuple[tuple[RatedOutput | None, ...], ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.case)

    @property
    def overlaps(self) -> bool:
        """Whether any case was read by more than one evaluator."""
        return len(self.cases) < len(self)

    def by_case(self, values: FloatArray) -> tuple[FloatArray, IntArray]:
        """Values averaged over evaluators to the case, with the case's patient."""
        order = np.unique(self.case)
        means = np.full((len(order), *values.shape[1:]), np.nan)
        for i, code in enumerate(order):
            block = values[self.case == code]
            seen = ~np.isnan(block).all(axis=0)
            means[i, seen] = np.nanmean(block[:, seen], axis=0)
        patient = np.array([self.patient[self.case == code][0] for code in order])
        return means, patient


def rating_table(outputs: Sequence[RatedOutput], target: str = "") -> RatingTable:
    """Arrange outputs; the target system first, the others in the order they appear.

    Raises
    ------
    StudyError
        If there are no ratings, fewer than two systems, an unknown target, a pair of
        rows for one output, a case under two patients, or two bests in one task.
    """
    first = [o for o in outputs if o.occasion == 1]
    if not first:
        raise StudyError("there are no ratings to analyse")
    systems = list(dict.fromkeys(o.model for o in first))
    if len(systems) < 2:
        raise StudyError(f"only one system is rated ({systems[0]}): nothing to compare")
    if target:
        if target not in systems:
            raise StudyError(
                f"target {target!r} is not among the systems {', '.join(systems)}"
            )
        systems.sort(key=lambda s: s != target)
    tasks = _tasks(first)
    criteria = tuple(dict.fromkeys(c for o in first for c in o.scores))
    rows = tuple(
        tuple(outputs_of.get(system) for system in systems)
        for outputs_of in tasks.values()
    )
    cases = tuple(dict.fromkeys(case for case, _ in tasks))
    evaluators = tuple(dict.fromkeys(evaluator for _, evaluator in tasks))
    patient_of = _patients(first)
    patients = tuple(dict.fromkeys(patient_of[case] for case in cases))
    return RatingTable(
        systems=tuple(systems),
        criteria=criteria,
        cases=cases,
        patients=patients,
        evaluators=evaluators,
        case=np.array([cases.index(case) for case, _ in tasks]),
        patient=np.array([patients.index(patient_of[case]) for case, _ in tasks]),
        evaluator=np.array([evaluators.index(e) for _, e in tasks]),
        values={c: _scores(rows, c) for c in criteria},
        best=np.array([_choice(row, "best") for row in rows]),
        second=np.array([_choice(row, "second") for row in rows]),
        rows=rows,
    )


def _tasks(
    outputs: Sequence[RatedOutput],
) -> dict[tuple[str, str], dict[str, RatedOutput]]:
    tasks: dict[tuple[str, str], dict[str, RatedOutput]] = {}
    for output in outputs:
        task = tasks.setdefault((output.case, output.evaluator), {})
        if output.model in task:
            raise StudyError(
                f"case {output.case!r}, evaluator {output.evaluator!r}, model "
                f"{output.model!r} is rated twice on one occasion"
            )
        task[output.model] = output
    return tasks


def _patients(outputs: Sequence[RatedOutput]) -> dict[str, str]:
    patient_of: dict[str, str] = {}
    for output in outputs:
        if patient_of.setdefault(output.case, output.patient) != output.patient:
            raise StudyError(
                f"case {output.case!r} stands under two patients: "
                f"{patient_of[output.case]!r} and {output.patient!r}"
            )
    return patient_of


def _scores(rows: Sequence[Sequence[RatedOutput | None]], criterion: str) -> FloatArray:
    return np.array(
        [
            [np.nan if o is None else _number(o.scores.get(criterion)) for o in row]
            for row in rows
        ]
    )


def _number(value: int | None) -> float:
    return np.nan if value is None else float(value)


def _choice(row: Sequence[RatedOutput | None], which: str) -> int:
    marks = [None if o is None else getattr(o, which) for o in row]
    chosen = [column for column, mark in enumerate(marks) if mark]
    if len(chosen) > 1:
        one = next(o for o in row if o is not None)
        raise StudyError(
            f"case {one.case!r}, evaluator {one.evaluator!r} has {len(chosen)} models "
            f"marked {which}; at most one may be"
        )
    if chosen:
        return chosen[0]
    return UNANSWERED if all(mark is None for mark in marks) else NO_CHOICE
