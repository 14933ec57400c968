"""Test-retest: the same evaluator rates the same case a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.statistics.agreement import weighted_kappa
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.icc import icc_2_1


@dataclass(frozen=True)
class Retest:
    """``n`` ratings given twice; second minus first.

    ``sem`` is the standard error of one measurement, SD(difference)/sqrt 2;
    ``smallest_change`` the smallest difference beyond measurement error,
    1.96 sqrt 2 SEM. ``same_best`` of ``choices`` chose the same system again.
    """

    n: int
    exact: float
    within_one: float
    shift: float
    sem: float | None
    smallest_change: float | None
    kappa: float | None
    icc: float | None
    choices: int
    same_best: int


def retest(
    outputs: Sequence[RatedOutput], scale: tuple[int, ...], path: str, reasons: Reasons
) -> Retest:
    """Compare first and second occasion; second ones never enter the main analysis.

    Raises
    ------
    NotEstimable
        If nothing was rated twice.
    """
    again = {(o.case, o.evaluator, o.model): o for o in outputs if o.occasion == 2}
    twins = [
        (o, again[o.case, o.evaluator, o.model])
        for o in outputs
        if o.occasion == 1 and (o.case, o.evaluator, o.model) in again
    ]
    found = [
        (one.scores[c], two.scores.get(c))
        for one, two in twins
        for c in one.scores
        if one.scores[c] is not None and two.scores.get(c) is not None
    ]
    if not found:
        raise NotEstimable(
            "no rating was given twice"
            if twins
            else "no case was read twice by the same evaluator"
        )
    pairs = np.array(found, dtype=float)
    moved = pairs[:, 1] - pairs[:, 0]
    if len(moved) < 2:
        for name in ("sem", "smallest_change"):
            reasons.found[f"{path}.{name}"] = "only one rating was given twice"
    sem = float(moved.std(ddof=1) / 2**0.5) if len(moved) > 1 else None
    best = {_key(one): one.model for one, _ in twins if one.best}
    second = {_key(two): two.model for _, two in twins if two.best}
    both = best.keys() & second.keys()
    return Retest(
        n=len(moved),
        exact=float((moved == 0).mean()),
        within_one=float((np.abs(moved) <= 1).mean()),
        shift=float(moved.mean()),
        sem=sem,
        smallest_change=None if sem is None else 1.96 * 2**0.5 * sem,
        kappa=reasons.take(
            f"{path}.kappa", lambda: weighted_kappa(pairs[:, 0], pairs[:, 1], scale)
        ),
        icc=reasons.take(f"{path}.icc", lambda: icc_2_1(pairs)),
        choices=len(both),
        same_best=sum(best[key] == second[key] for key in both),
    )


def _key(output: RatedOutput) -> tuple[str, str]:
    return output.case, output.evaluator
