"""Which system is chosen best, by each unit: the paper's 36 of 52 and what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from annotations.core.statistics.clusters import (
    DesignEffect,
    ShareInterval,
    design_effect,
    korn_graubard,
)
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.preference import (
    BinomialResult,
    EqualShares,
    HeadToHead,
    PermutationResult,
    best_counts,
    binomial,
    equal_shares,
    head_to_head,
    label_permutation,
)
from annotations.core.statistics.scores import mean_of_means
from annotations.core.statistics.table import (
    NO_CHOICE,
    UNANSWERED,
    IntArray,
    RatingTable,
)


@dataclass(frozen=True)
class BestAnalysis:
    """How often a system was chosen best, and how sure one can be of it.

    ``n`` counts the readings that showed every system and in which one was chosen: a
    blank is never a loss. ``bounds`` are the shares if every such reading without a
    choice, and every assigned reading without any answer, had gone against the system,
    or for it. ``patient_share`` gives each patient one vote.
    """

    k: int
    n: int
    share: float | None
    bounds: tuple[float, float]
    patient_share: float | None
    binomial: BinomialResult | None
    korn_graubard_patient: ShareInterval | None
    korn_graubard_evaluator: ShareInterval | None
    permutation_patient: PermutationResult | None
    permutation_evaluator: PermutationResult | None
    design_patient: DesignEffect | None
    design_evaluator: DesignEffect | None


@dataclass(frozen=True)
class Choices:
    """All choices together, of readings that showed every system.

    ``undecided`` readings were answered without a best, ``blank`` ones have scores
    only, ``unanswered`` ones nothing. ``partial`` readings showed only some systems;
    their choices enter no result here.
    """

    undecided: int
    blank: int
    unanswered: int
    partial: int
    equal_shares: EqualShares | None
    head_to_head: Mapping[str, HeadToHead | None]


def choices(table: RatingTable, reasons: Reasons) -> Choices:
    """Goodness of fit to equal shares, and every pair of systems compared."""
    best = table.best[table.whole]
    counts = np.array([(best == i).sum() for i in range(len(table.systems))])
    pairs = {
        f"{table.systems[i]} vs {table.systems[j]}": (i, j)
        for i, j in combinations(range(len(counts)), 2)
    }
    return Choices(
        undecided=int((best == NO_CHOICE).sum()),
        blank=int((best == UNANSWERED).sum()),
        unanswered=table.unanswered,
        partial=len(table) - len(best),
        equal_shares=reasons.take("choices.equal_shares", lambda: equal_shares(counts)),
        head_to_head={
            name: reasons.take(
                f"choices.head_to_head.{name}", partial(_duel, table, counts, i, j)
            )
            for name, (i, j) in pairs.items()
        },
    )


def _duel(table: RatingTable, counts: IntArray, i: int, j: int) -> HeadToHead:
    k, n = int(counts[i]), int(counts[i] + counts[j])
    return head_to_head(table.systems[i], table.systems[j], k, n)


def best_analysis(table: RatingTable, column: int, reasons: Reasons) -> BestAnalysis:
    """H0 of every test: the systems are equally likely to be chosen, 1/K each."""
    path, systems = f"best.{table.systems[column]}", len(table.systems)
    used = table.chosen_of_all
    chosen = (table.best[used] == column).astype(float)
    k, n = int(chosen.sum()), len(chosen)
    asked = int(table.whole.sum()) + table.unanswered
    if not n:
        for name in ("share", "patient_share"):
            reasons.found[f"{path}.{name}"] = "no best was chosen among all systems"
    by_unit = {
        f"{name}_{unit}": reasons.take(f"{path}.{name}_{unit}", compute)
        for unit in ("patient", "evaluator")
        for name, compute in _by_unit(table, column, chosen, unit).items()
    }
    return BestAnalysis(
        k=k,
        n=n,
        share=k / n if n else None,
        bounds=(k / asked, (k + asked - n) / asked) if asked else (0.0, 1.0),
        patient_share=mean_of_means(chosen, table.patient[used]) if n else None,
        binomial=reasons.take(f"{path}.binomial", lambda: binomial(k, n, 1 / systems)),
        **by_unit,
    )


def _by_unit(table: RatingTable, column: int, chosen: np.ndarray, unit: str) -> dict:  # type: ignore[type-arg]
    used = table.chosen_of_all
    clusters = table.unit(unit)[used]
    return {
        "korn_graubard": lambda: korn_graubard(chosen, clusters, unit=unit),
        "permutation": lambda: label_permutation(
            best_counts(table.best[used], clusters, len(table.systems)),
            column,
            unit,
        ),
        "design": lambda: design_effect(chosen, clusters),
    }
