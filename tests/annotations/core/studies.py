"""Studies with known answers, as rated outputs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from annotations.core.ratings.rated_output import RatedOutput

CRITERIA = ("grounding", "explainability", "usefulness", "consistency")
FULL, ZERO, NO_BIO = "biogait_full", "internvl3_5_zero_shot", "biogait_no_bio"
# The only whole sums over 52 readings that print as the paper's Table 2.
SUMS = {
    FULL: (220, 207, 192, 216),
    ZERO: (120, 155, 128, 200),
    NO_BIO: (103, 110, 95, 111),
}
PRINTED = {
    FULL: ("4.23", "3.98", "3.69", "4.15"),
    ZERO: ("2.31", "2.98", "2.46", "3.85"),
    NO_BIO: ("1.98", "2.12", "1.83", "2.13"),
}
PATIENTS = (9, 9, 9, 9, 8, 8)
# Which system was chosen best, by patient: 36 of 52 for the full model, 12, 4. This
# split over patients and evaluators is the only one that gives the intervals of the
# analysis plan (49.47 to 84.90 % and 42.86 to 88.73 %).
PAPER_BEST = ((8, 1, 0), (5, 3, 1), (5, 3, 1), (5, 3, 1), (7, 1, 0), (6, 1, 1))
PAPER_EVALUATORS = (11, 10, 8, 7)
# Preferences differ by patient, but no system is better: 8/9, 9/9, 0/9, 0/9, 7/8, 8/8.
NULL_BEST = ((8, 1, 0), (9, 0, 0), (0, 1, 8), (0, 4, 5), (7, 1, 0), (8, 0, 0))
NULL_EVALUATORS = (8, 8, 8, 8)


def spread(total: int, n: int, seed: int) -> list[int]:
    """n integer scores 1..5 with exactly this sum, pairs then moved apart by one."""
    low, rest = divmod(total, n)
    scores = [low + (i * 7 % n < rest) for i in range(n)]
    for i, j in pairwise(range(seed % 3, n, 3)):
        if scores[i] < 5 and scores[j] > 1:
            scores[i], scores[j] = scores[i] + 1, scores[j] - 1
    return scores


def study_of(
    best: tuple[tuple[int, int, int], ...], by_evaluator: tuple[int, ...]
) -> list[RatedOutput]:
    """52 cases of six patients, four evaluators with thirteen each, Table 2's sums.

    ``best`` (patient, system) and ``by_evaluator`` (the first system's) are the choices.
    """
    left = {0: list(by_evaluator), 1: [13 - own for own in by_evaluator]}
    systems = (FULL, ZERO, NO_BIO)
    scores = {
        (system, criterion): spread(total, sum(PATIENTS), row + column)
        for row, system in enumerate(systems)
        for column, (criterion, total) in enumerate(
            zip(CRITERIA, SUMS[system], strict=True)
        )
    }
    rows, case = [], 0
    for patient, counts in enumerate(best):
        winners = [column for column, count in enumerate(counts) for _ in range(count)]
        for winner in winners:
            quota = left[min(winner, 1)]
            evaluator = max(range(4), key=lambda e: quota[e])  # noqa: B023
            quota[evaluator] -= 1
            for place in range(3):
                column = (case + place) % 3
                rows.append(
                    RatedOutput(
                        case=f"c{case + 1:02}",
                        patient=f"p{patient + 1}",
                        evaluator=f"e{evaluator + 1}",
                        model=systems[column],
                        position="ABC"[place],
                        scores={c: scores[systems[column], c][case] for c in CRITERIA},
                        best=column == winner,
                        second=column == (winner + 1) % 3,
                    )
                )
            case += 1
    return rows


def paper_study() -> list[RatedOutput]:
    return study_of(PAPER_BEST, PAPER_EVALUATORS)


def null_study() -> list[RatedOutput]:
    """32 of 52 chosen best, due to patients' preferences only."""
    return study_of(NULL_BEST, NULL_EVALUATORS)


def random_study(
    seed: int, cases: int = 20, patients: int = 5, evaluators: int = 4
) -> list[RatedOutput]:
    """Three systems without any difference; one score in twenty is missing."""
    rng = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        best, second = rng.permutation(3)[:2]
        for column, system in enumerate((FULL, ZERO, NO_BIO)):
            given = [
                None if rng.uniform() < 0.05 else int(rng.integers(1, 6))
                for _ in CRITERIA
            ]
            rows.append(
                RatedOutput(
                    case=f"c{case}",
                    patient=f"p{case % patients}",
                    evaluator=f"e{rng.integers(evaluators)}"
                    if column == 0
                    else rows[-1].evaluator,
                    model=system,
                    position="ABC"[column],
                    scores=dict(zip(CRITERIA, given, strict=True)),
                    best=bool(best == column),
                    second=bool(second == column),
                )
            )
    return rows
