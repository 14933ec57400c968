"""Ratings as arrays: one row per task (case x evaluator), one column per system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from annotations.core.errors import StudyError
from annotations.core.ratings.rated_output import RatedOutput, is_answered

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NO_CHOICE = -1  # the evaluator answered but chose none
UNANSWERED = -2
MAX_SYSTEMS = 6


@dataclass(frozen=True)
class RatingTable:
    """The first readings with an answer; repeats are kept apart and never pooled.

    A reading that was never opened, or could not be judged, is no evidence: it is left
    out and adds no patient or evaluator. ``unanswered`` counts those that showed every
    system, for the bounds: the others offered no choice among all.

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
    unanswered: int = 0

    def __len__(self) -> int:
        return len(self.case)

    @property
    def overlaps(self) -> bool:
        """Whether any case was read by more than one evaluator."""
        return len(self.cases) < len(self)

    @property
    def chosen(self) -> npt.NDArray[np.bool_]:
        """(tasks,) whether one system was chosen best; false for blanks and ties."""
        return self.best >= 0

    @cached_property
    def whole(self) -> npt.NDArray[np.bool_]:
        """(tasks,) whether the reading showed every system."""
        shown = [all(o is not None for o in row) for row in self.rows]
        return np.array(shown, dtype=bool)

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """(systems,) how many readings showed each."""
        columns = zip(*self.rows, strict=True)
        return tuple(sum(o is not None for o in column) for column in columns)

    @property
    def chosen_of_all(self) -> npt.NDArray[np.bool_]:
        """(tasks,) whether one was chosen where every system was shown.

        Only there is chance 1/K: with two texts shown, it is one half.
        """
        return self.chosen & self.whole

    def unit(self, name: str) -> IntArray:
        """The codes of ``patient`` or ``evaluator`` (tasks,)."""
        return self.patient if name == "patient" else self.evaluator

    def unit_names(self, name: str) -> tuple[str, ...]:
        return self.patients if name == "patient" else self.evaluators

    def by_case(self, values: FloatArray) -> tuple[FloatArray, IntArray]:
        """Values (tasks, columns) averaged over evaluators, with each case's patient.

        Sums of whole numbers over counts, so that equal averages are bitwise equal and
        ties stay ties.
        """
        seen = ~np.isnan(values)
        totals = np.zeros((len(self.cases), values.shape[1]))
        counts = np.zeros_like(totals)
        np.add.at(totals, self.case, np.where(seen, values, 0.0))
        np.add.at(counts, self.case, seen)
        means = np.full_like(totals, np.nan)
        np.divide(totals, counts, out=means, where=counts > 0)
        patient = np.zeros(len(self.cases), dtype=np.int64)
        patient[self.case] = self.patient
        return means, patient


def rating_table(outputs: Sequence[RatedOutput], target: str = "") -> RatingTable:
    """Arrange outputs; the target system first, the others in order of appearance.

    If nobody answered anything, the empty readings are kept, so that each missing
    result has its reason.

    Raises
    ------
    StudyError
        If there are no ratings, fewer than two or more than six systems, an unknown
        target, two rows for one output, a case with two patients, or two bests in one
        task.
    """
    first = [o for o in outputs if o.occasion == 1]
    if not first:
        raise StudyError("there are no ratings of a first reading to analyse")
    systems = _systems(first, target)
    asked = _tasks(first)
    tasks = _answered(asked)
    rows = tuple(
        tuple(outputs_of.get(system) for system in systems)
        for outputs_of in tasks.values()
    )
    patient_of = _patients(first)
    cases, case = _coded(case for case, _ in tasks)
    evaluators, evaluator = _coded(evaluator for _, evaluator in tasks)
    patients, patient = _coded(patient_of[case] for case, _ in tasks)
    criteria = tuple(dict.fromkeys(c for o in first for c in o.scores))
    return RatingTable(
        systems=tuple(systems),
        criteria=criteria,
        cases=cases,
        patients=patients,
        evaluators=evaluators,
        case=case,
        patient=patient,
        evaluator=evaluator,
        values={c: _scores(rows, c) for c in criteria},
        best=np.array([_choice(row, "best") for row in rows], dtype=np.int64),
        second=np.array([_choice(row, "second") for row in rows], dtype=np.int64),
        rows=rows,
        unanswered=sum(
            len(outputs_of) == len(systems)
            for task, outputs_of in asked.items()
            if task not in tasks
        ),
    )


def _systems(outputs: Sequence[RatedOutput], target: str) -> list[str]:
    systems = list(dict.fromkeys(o.model for o in outputs))
    if len(systems) < 2:
        raise StudyError(f"only one system is rated ({systems[0]}): nothing to compare")
    if len(systems) > MAX_SYSTEMS:
        raise StudyError(
            f"{len(systems)} systems are rated; at most {MAX_SYSTEMS} can be compared"
        )
    if target and target not in systems:
        raise StudyError(
            f"target {target!r} is not among the systems {', '.join(systems)}"
        )
    systems.sort(key=lambda system: bool(target) and system != target)
    return systems


def _coded(names: Iterable[str]) -> tuple[tuple[str, ...], IntArray]:
    """The distinct names in order of appearance, and each entry's code."""
    codes: dict[str, int] = {}
    coded = [codes.setdefault(name, len(codes)) for name in names]
    return tuple(codes), np.array(coded, dtype=np.int64)


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


def _answered(
    tasks: dict[tuple[str, str], dict[str, RatedOutput]],
) -> dict[tuple[str, str], dict[str, RatedOutput]]:
    found = {
        task: outputs_of
        for task, outputs_of in tasks.items()
        if is_answered(list(outputs_of.values()))
    }
    return found or tasks


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
