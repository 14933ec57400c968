"""How the evaluators differ: severity, spread, halo, straight-lining, and taste."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from annotations.core.ratings.rated_output import is_answered
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.table import FloatArray, RatingTable

MOST_TABLES = 200_000


@dataclass(frozen=True)
class Rater:
    """One evaluator. ``readings``: those answered. ``halo``: mean correlation between
    criteria.

    ``straight``: share of texts with the same rating on every criterion.
    """

    name: str
    readings: int
    k: int
    chose: int
    mean: float | None
    sd: float | None
    halo: float | None
    straight: float | None


@dataclass(frozen=True)
class Raters:
    """``p_taste``: exact test (Fisher-Freeman-Halton) that all evaluators choose the
    target equally often; it ignores that their cases are of different patients.
    """

    raters: tuple[Rater, ...]
    p_taste: float | None


def raters(table: RatingTable, path: str, reasons: Reasons) -> Raters:
    """The target is the table's first system."""
    cube = np.stack([table.values[c] for c in table.criteria], axis=-1)
    found = tuple(
        _rater(table, cube, code, name, f"{path}.raters", reasons)
        for code, name in enumerate(table.evaluators)
    )
    counts = [(one.k, one.chose) for one in found if one.chose]
    return Raters(
        found, reasons.take(f"{path}.p_taste", lambda: freeman_halton(counts))
    )


def _rater(
    table: RatingTable,
    cube: FloatArray,
    code: int,
    name: str,
    path: str,
    reasons: Reasons,
) -> Rater:
    own = table.evaluator == code
    texts = cube[own].reshape(-1, cube.shape[2])
    given: FloatArray = texts[~np.isnan(texts)]
    whole = texts[~np.isnan(texts).any(axis=1)]
    best = table.best[own & table.chosen_of_all]
    halo = _halo(whole)
    several = bool(len(whole)) and whole.shape[1] > 1
    missing = {
        "mean": not len(given),
        "sd": len(given) < 2,
        "halo": halo is None,
        "straight": not several,
    }
    for key, absent in missing.items():
        if absent:
            reasons.found[f"{path}.{key}"] = (
                "needs more ratings of an evaluator, in several criteria"
            )
    return Rater(
        name=name,
        readings=sum(
            is_answered([output for output in row if output is not None])
            for row, mine in zip(table.rows, own, strict=True)
            if mine
        ),
        k=int((best == 0).sum()),
        chose=len(best),
        mean=float(given.mean()) if len(given) else None,
        sd=float(given.std(ddof=1)) if len(given) > 1 else None,
        halo=halo,
        straight=float((whole == whole[:, :1]).all(axis=1).mean()) if several else None,
    )


def _halo(whole: FloatArray) -> float | None:
    """Mean correlation of the criteria that vary."""
    if len(whole) < 3:
        return None
    varied = whole[:, whole.std(axis=0) > 0]
    if varied.shape[1] < 2:
        return None
    r = np.atleast_2d(np.corrcoef(varied.T))
    return float(r[np.triu_indices(len(r), 1)].mean())


def freeman_halton(counts: list[tuple[int, int]]) -> float:
    """Two-sided exact p of an r x 2 table from (chosen, of) per row; = R's fisher.test.

    Raises
    ------
    NotEstimable
        With fewer than two rows, one empty column, or too many tables to enumerate.
    """
    counts = sorted(counts, key=lambda row: row[1])  # the largest row comes last
    total, n = sum(k for k, _ in counts), sum(m for _, m in counts)
    if len(counts) < 2 or total in (0, n):
        raise NotEstimable("needs two evaluators, and some choices of each kind")
    if math.prod(m + 1 for _, m in counts[:-1]) > MOST_TABLES:
        raise NotEstimable("too many evaluators for the exact test")
    ways: list[tuple[int, int]] = [(0, 1)]  # (chosen so far, ways)
    for _, m in counts[:-1]:
        row = [math.comb(m, more) for more in range(m + 1)]
        ways = [
            (k + more, w * row[more])
            for k, w in ways
            for more in range(min(m, total - k) + 1)
        ]
    last = counts[-1][1]
    every = [w * math.comb(last, total - k) for k, w in ways if total - k <= last]
    observed = math.prod(math.comb(m, k) for k, m in counts)
    # Integers throughout: with hundreds of readings they overflow any float.
    as_likely = sum(w for w in every if w * 10**7 <= observed * (10**7 + 1))
    return as_likely / math.comb(n, total)
