"""The analysis as JSON: full precision, ``null`` with a reason, a stable shape."""

from __future__ import annotations

from typing import Any

from annotations.core.analysis import (
    BestAnalysis,
    CriterionAnalysis,
    PairComparison,
    StudyAnalysis,
    SystemScores,
)
from annotations.core.clusters import ClusterMean, ShareInterval


def analysis_json(analysis: StudyAnalysis) -> dict[str, Any]:
    """What ``report_study --json`` prints."""
    return {
        "n": vars(analysis.n),
        "systems": list(analysis.systems),
        "criteria": {k: _criterion(v) for k, v in analysis.criteria.items()},
        "best": {k: _best(v) for k, v in analysis.best.items()},
        "headline": vars(analysis.headline),
        "reasons": dict(analysis.reasons),
    }


def _criterion(result: CriterionAnalysis) -> dict[str, Any]:
    return {
        "systems": {k: _system(v) for k, v in result.systems.items()},
        "pairs": {k: _pair(v) for k, v in result.pairs.items()},
        "friedman": vars(result.friedman) if result.friedman else None,
        "agreement": vars(result.agreement),
    }


def _system(scores: SystemScores) -> dict[str, Any]:
    return {
        "n": scores.n,
        "mean": scores.mean,
        "sd": scores.sd,
        "median": scores.median,
        "counts": {str(value): count for value, count in scores.counts.items()},
        "ci_patient": _interval(scores.ci_patient),
        "ci_evaluator": _interval(scores.ci_evaluator),
    }


def _interval(estimate: ClusterMean | None) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {
        "lo": estimate.lo,
        "hi": estimate.hi,
        "df": estimate.df,
        "se": estimate.se,
    }


def _pair(pair: PairComparison) -> dict[str, Any]:
    return {
        "n": pair.n,
        "mean_diff": pair.mean_diff,
        "ci_patient": _interval(pair.ci_patient),
        "ci_evaluator": _interval(pair.ci_evaluator),
        "wins": pair.wins,
        "ties": pair.ties,
        "losses": pair.losses,
        "prob_superiority": pair.prob_superiority,
        "wilcoxon": vars(pair.wilcoxon) if pair.wilcoxon else None,
        "sign_flip": None if pair.sign_flip is None else {"p": pair.sign_flip},
        "p_holm": pair.p_holm,
    }


def _best(best: BestAnalysis) -> dict[str, Any]:
    test = best.binomial
    return {
        "k": best.k,
        "n": best.n,
        "share": best.share,
        "binomial": {
            **vars(test),
            "clopper_pearson": list(test.clopper_pearson),
            "wilson": list(test.wilson),
        }
        if test
        else None,
        "korn_graubard_patient": _share(best.korn_graubard_patient),
        "korn_graubard_evaluator": _share(best.korn_graubard_evaluator),
        "permutation_patient": vars(best.permutation_patient)
        if best.permutation_patient
        else None,
        "permutation_evaluator": vars(best.permutation_evaluator)
        if best.permutation_evaluator
        else None,
    }


def _share(interval: ShareInterval | None) -> dict[str, float] | None:
    return vars(interval) if interval else None
