"""The whole analysis of a study's ratings: one frozen record, every interval in it.

The paper's own numbers come first (means, shares, the binomial test that treats cases
as independent); beside each stands what patients and evaluators as units allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from annotations.core.agreement import gwet_ac2, icc_2_1, krippendorff_alpha
from annotations.core.clusters import (
    ClusterMean,
    ShareInterval,
    cluster_mean,
    korn_graubard,
)
from annotations.core.criteria import LIKERT
from annotations.core.estimate import Reasons
from annotations.core.headline import Headline, headline
from annotations.core.paired import (
    FriedmanResult,
    WilcoxonResult,
    friedman,
    holm,
    sign_flip,
    wilcoxon,
)
from annotations.core.preference import (
    BinomialResult,
    PermutationResult,
    best_counts,
    binomial,
    label_permutation,
)
from annotations.core.ratings import RatedOutput
from annotations.core.table import UNANSWERED, FloatArray, RatingTable, rating_table


@dataclass(frozen=True)
class Counts:
    """What the analysis rests on; ``missing`` counts score cells without an answer."""

    cases: int
    patients: int
    evaluators: int
    ratings: int
    missing: int


@dataclass(frozen=True)
class SystemScores:
    """One system on one criterion (Table 2)."""

    n: int
    mean: float | None
    sd: float | None
    median: float | None
    counts: Mapping[int, int]
    ci_patient: ClusterMean | None
    ci_evaluator: ClusterMean | None


@dataclass(frozen=True)
class PairComparison:
    """``a`` minus ``b`` on one criterion, over tasks with both ratings."""

    a: str
    b: str
    n: int
    mean_diff: float | None
    ci_patient: ClusterMean | None
    ci_evaluator: ClusterMean | None
    wins: int
    ties: int
    losses: int
    prob_superiority: float | None
    wilcoxon: WilcoxonResult | None
    sign_flip: float | None
    p_holm: float | None = None

    @property
    def name(self) -> str:
        return f"{self.a} vs {self.b}"


@dataclass(frozen=True)
class Agreement:
    krippendorff_alpha: float | None
    gwet_ac2: float | None
    icc_2_1: float | None


@dataclass(frozen=True)
class CriterionAnalysis:
    systems: Mapping[str, SystemScores]
    pairs: Mapping[str, PairComparison]
    friedman: FriedmanResult | None
    agreement: Agreement


@dataclass(frozen=True)
class BestAnalysis:
    """How often a system was chosen best, and how sure one can be of it."""

    k: int
    n: int
    share: float | None
    binomial: BinomialResult | None
    korn_graubard_patient: ShareInterval | None
    korn_graubard_evaluator: ShareInterval | None
    permutation_patient: PermutationResult | None
    permutation_evaluator: PermutationResult | None


@dataclass(frozen=True)
class StudyAnalysis:
    systems: tuple[str, ...]
    target: str
    n: Counts
    criteria: Mapping[str, CriterionAnalysis]
    best: Mapping[str, BestAnalysis]
    headline: Headline
    reasons: Mapping[str, str]


def analyse(
    outputs: Sequence[RatedOutput],
    target: str = "",
    scale: tuple[int, ...] = LIKERT,
) -> StudyAnalysis:
    """Analyse ratings; the target system, if one is named, carries the headline.

    Raises
    ------
    StudyError
        If the ratings contradict each other or hold nothing to compare.
    """
    table = rating_table(outputs, target)
    reasons = Reasons()
    criteria = {c: _criterion(table, c, scale, reasons) for c in table.criteria}
    criteria = _with_holm(criteria, target)
    best = {
        system: _best(table, column, reasons)
        for column, system in enumerate(table.systems)
    }
    cells = np.concatenate([v.ravel() for v in table.values.values()])
    counts = Counts(
        cases=len(table.cases),
        patients=len(table.patients),
        evaluators=len(table.evaluators),
        ratings=int((~np.isnan(cells)).sum()),
        missing=int(np.isnan(cells).sum()),
    )
    return StudyAnalysis(
        systems=table.systems,
        target=target,
        n=counts,
        criteria=criteria,
        best=best,
        headline=headline(table, target, best.get(target), reasons),
        reasons=reasons.found,
    )


def _criterion(
    table: RatingTable, criterion: str, scale: tuple[int, ...], reasons: Reasons
) -> CriterionAnalysis:
    path = f"criteria.{criterion}"
    values = table.values[criterion]
    pairs = [
        _pair(table, values, a, b, path, reasons)
        for a, b in combinations(range(len(table.systems)), 2)
    ]
    blocks = table.by_case(values)[0] if table.overlaps else values
    return CriterionAnalysis(
        systems={
            system: _system(
                table, values[:, i], scale, f"{path}.systems.{system}", reasons
            )
            for i, system in enumerate(table.systems)
        },
        pairs={pair.name: pair for pair in pairs},
        friedman=reasons.take(f"{path}.friedman", lambda: friedman(blocks)),
        agreement=_agreement(table, values, scale, f"{path}.agreement", reasons),
    )


def _system(
    table: RatingTable,
    column: FloatArray,
    scale: tuple[int, ...],
    path: str,
    reasons: Reasons,
) -> SystemScores:
    seen = ~np.isnan(column)
    given = column[seen]
    if not len(given):
        reasons.found[f"{path}.mean"] = "no rating was given"
    if len(given) < 2:
        reasons.found[f"{path}.sd"] = "fewer than two ratings"
    return SystemScores(
        n=len(given),
        mean=float(given.mean()) if len(given) else None,
        sd=float(given.std(ddof=1)) if len(given) > 1 else None,
        median=float(np.median(given)) if len(given) else None,
        counts={value: int((given == value).sum()) for value in scale},
        ci_patient=reasons.take(
            f"{path}.ci_patient", lambda: cluster_mean(given, table.patient[seen])
        ),
        ci_evaluator=reasons.take(
            f"{path}.ci_evaluator", lambda: cluster_mean(given, table.evaluator[seen])
        ),
    )


def _pair(
    table: RatingTable,
    values: FloatArray,
    a: int,
    b: int,
    path: str,
    reasons: Reasons,
) -> PairComparison:
    """Differences per task; ranks per case where several evaluators read it."""
    name = f"{path}.pairs.{table.systems[a]} vs {table.systems[b]}"
    difference = values[:, a] - values[:, b]
    seen = ~np.isnan(difference)
    moved = difference[seen]
    patient, evaluator = table.patient[seen], table.evaluator[seen]
    blocks = table.by_case(difference[:, None])[0][:, 0] if table.overlaps else moved
    if not len(moved):
        reasons.found[f"{name}.mean_diff"] = "no task has both ratings"
    wins, losses = int((moved > 0).sum()), int((moved < 0).sum())
    ties = len(moved) - wins - losses
    return PairComparison(
        a=table.systems[a],
        b=table.systems[b],
        n=len(moved),
        mean_diff=float(moved.mean()) if len(moved) else None,
        ci_patient=reasons.take(
            f"{name}.ci_patient", lambda: cluster_mean(moved, patient)
        ),
        ci_evaluator=reasons.take(
            f"{name}.ci_evaluator", lambda: cluster_mean(moved, evaluator)
        ),
        wins=wins,
        ties=ties,
        losses=losses,
        prob_superiority=(wins + ties / 2) / len(moved) if len(moved) else None,
        wilcoxon=reasons.take(
            f"{name}.wilcoxon", lambda: wilcoxon(blocks[~np.isnan(blocks)])
        ),
        sign_flip=reasons.take(f"{name}.sign_flip", lambda: sign_flip(moved, patient)),
    )


def _agreement(
    table: RatingTable,
    values: FloatArray,
    scale: tuple[int, ...],
    path: str,
    reasons: Reasons,
) -> Agreement:
    """Units are case x system, raters the evaluators."""
    shape = (len(table.cases), len(table.systems), len(table.evaluators))
    units = np.full(shape, np.nan)
    for task in range(len(table)):
        units[table.case[task], :, table.evaluator[task]] = values[task]
    ratings = units.reshape(-1, shape[2])
    return Agreement(
        reasons.take(
            f"{path}.krippendorff_alpha", lambda: krippendorff_alpha(ratings, scale)
        ),
        reasons.take(f"{path}.gwet_ac2", lambda: gwet_ac2(ratings, scale)),
        reasons.take(f"{path}.icc_2_1", lambda: icc_2_1(ratings)),
    )


def _with_holm(
    criteria: Mapping[str, CriterionAnalysis], target: str
) -> dict[str, CriterionAnalysis]:
    """Holm over the Wilcoxon p of the target against each comparator, all criteria."""
    family = [
        (criterion, name)
        for criterion, result in criteria.items()
        for name, pair in result.pairs.items()
        if target and pair.a == target
    ]
    p_values = []
    for criterion, name in family:
        test = criteria[criterion].pairs[name].wilcoxon
        p_values.append(test.p if test else None)
    adjusted = dict(zip(family, holm(p_values), strict=True))
    return {
        criterion: CriterionAnalysis(
            result.systems,
            {
                name: _adjusted(pair, adjusted.get((criterion, name)))
                for name, pair in result.pairs.items()
            },
            result.friedman,
            result.agreement,
        )
        for criterion, result in criteria.items()
    }


def _adjusted(pair: PairComparison, p: float | None) -> PairComparison:
    return PairComparison(**{**vars(pair), "p_holm": p})


def _best(table: RatingTable, column: int, reasons: Reasons) -> BestAnalysis:
    path = f"best.{table.systems[column]}"
    answered = table.best != UNANSWERED
    chosen = (table.best[answered] == column).astype(float)
    patient, evaluator = table.patient[answered], table.evaluator[answered]
    k, n, systems = int(chosen.sum()), len(chosen), len(table.systems)
    if not n:
        reasons.found[f"{path}.share"] = "no best was chosen"
    return BestAnalysis(
        k=k,
        n=n,
        share=k / n if n else None,
        binomial=reasons.take(f"{path}.binomial", lambda: binomial(k, n, 1 / systems)),
        korn_graubard_patient=reasons.take(
            f"{path}.korn_graubard_patient", lambda: korn_graubard(chosen, patient)
        ),
        korn_graubard_evaluator=reasons.take(
            f"{path}.korn_graubard_evaluator", lambda: korn_graubard(chosen, evaluator)
        ),
        permutation_patient=reasons.take(
            f"{path}.permutation_patient",
            lambda: label_permutation(
                best_counts(table.best[answered], patient, systems), column
            ),
        ),
        permutation_evaluator=reasons.take(
            f"{path}.permutation_evaluator",
            lambda: label_permutation(
                best_counts(table.best[answered], evaluator, systems), column
            ),
        ),
    )
