"""Two systems on one criterion: paired differences, wins, ranks, Holm's family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from annotations.core.statistics.clusters import ClusterMean, cluster_interval
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.paired import WilcoxonResult, holm, sign_flip, wilcoxon
from annotations.core.statistics.table import FloatArray, RatingTable


@dataclass(frozen=True)
class PairComparison:
    """``a`` minus ``b`` on one criterion, over readings with both ratings.

    ``ci_superiority``: interval of the probability that ``a`` is rated higher, a tie
    counting one half, patients as the unit. ``rank_biserial``: (W+ - W-)/(W+ + W-).
    ``sign_flip`` is by patients: alone, it rejects too often where evaluators differ in
    what they favour, as ``sign_flip_evaluator`` does where patients differ.
    """

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
    ci_superiority: ClusterMean | None
    wilcoxon: WilcoxonResult | None
    rank_biserial: float | None
    sign_flip: float | None
    sign_flip_evaluator: float | None
    p_holm: float | None = None

    @property
    def name(self) -> str:
        return f"{self.a} vs {self.b}"


def pair_comparison(
    table: RatingTable,
    values: FloatArray,
    pair: tuple[int, int],
    path: str,
    reasons: Reasons,
) -> PairComparison:
    """Differences per reading; ranks per case where several evaluators read it.

    ``values`` (tasks, systems); ``pair`` holds the two columns.
    """
    a, b = (table.systems[column] for column in pair)
    name = f"{path}.pairs.{a} vs {b}"
    difference = values[:, pair[0]] - values[:, pair[1]]
    seen = ~np.isnan(difference)
    moved = difference[seen]
    patient, evaluator = table.patient[seen], table.evaluator[seen]
    blocks = table.by_case(difference[:, None])[0][:, 0] if table.overlaps else moved
    if not len(moved):
        for key in ("mean_diff", "prob_superiority"):
            reasons.found[f"{name}.{key}"] = "no reading has both ratings"
    ranks: WilcoxonResult | None = reasons.take(
        f"{name}.wilcoxon", lambda: wilcoxon(blocks[~np.isnan(blocks)])
    )
    if ranks is None:
        reasons.found[f"{name}.rank_biserial"] = reasons.found[f"{name}.wilcoxon"]
    score = (np.sign(moved) + 1) / 2
    return PairComparison(
        a=a,
        b=b,
        n=len(moved),
        mean_diff=float(moved.mean()) if len(moved) else None,
        ci_patient=reasons.take(
            f"{name}.ci_patient", lambda: cluster_interval(moved, patient, "patient")
        ),
        ci_evaluator=reasons.take(
            f"{name}.ci_evaluator",
            lambda: cluster_interval(moved, evaluator, "evaluator"),
        ),
        wins=int((moved > 0).sum()),
        ties=int((moved == 0).sum()),
        losses=int((moved < 0).sum()),
        prob_superiority=float(score.mean()) if len(moved) else None,
        ci_superiority=reasons.take(
            f"{name}.ci_superiority",
            lambda: cluster_interval(score, patient, "patient"),
        ),
        wilcoxon=ranks,
        rank_biserial=_rank_biserial(ranks) if ranks else None,
        sign_flip=reasons.take(
            f"{name}.sign_flip", lambda: sign_flip(moved, patient, "patient")
        ),
        sign_flip_evaluator=reasons.take(
            f"{name}.sign_flip_evaluator",
            lambda: sign_flip(moved, evaluator, "evaluator"),
        ),
    )


def _rank_biserial(ranks: WilcoxonResult) -> float:
    return (ranks.w_plus - ranks.w_minus) / (ranks.w_plus + ranks.w_minus)


Pairs = Mapping[str, Mapping[str, PairComparison]]


def with_holm(pairs: Pairs, target: str, reasons: Reasons) -> Pairs:
    """Holm over the Wilcoxon p of the target against each comparator, all criteria.

    A comparison without a p does not count in the family.
    """
    family = [
        (criterion, name, pair.wilcoxon.p if pair.wilcoxon else None)
        for criterion, found in pairs.items()
        for name, pair in found.items()
        if target and pair.a == target
    ]
    adjusted = {
        key[:2]: p
        for key, p in zip(family, holm([key[2] for key in family]), strict=True)
    }
    return {
        criterion: {
            name: _adjusted(pair, f"criteria.{criterion}.pairs.{name}", reasons)
            if (criterion, name) not in adjusted
            else _adjusted(
                replace(pair, p_holm=adjusted[criterion, name]),
                f"criteria.{criterion}.pairs.{name}",
                reasons,
            )
            for name, pair in found.items()
        }
        for criterion, found in pairs.items()
    }


def _adjusted(pair: PairComparison, path: str, reasons: Reasons) -> PairComparison:
    if pair.p_holm is None:
        reasons.found[f"{path}.p_holm"] = (
            "its test is not estimable"
            if pair.wilcoxon is None
            else "not in the family that is adjusted: target against each comparator"
        )
    return pair
