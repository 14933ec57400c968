"""One system on one criterion: the cells of Table 2, with intervals and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from annotations.core.statistics.clusters import ClusterMean, cluster_interval
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.table import FloatArray, RatingTable


@dataclass(frozen=True)
class SystemScores:
    """Unit of the mean: one reading. ``patient_mean`` gives each patient one vote.

    ``missing`` counts the readings that showed the system but did not score it.
    ``patient_mean`` is another estimand where patients have unequal numbers of cases:
    it describes the average patient, ``mean`` the average reading.
    """

    n: int
    missing: int
    mean: float | None
    sd: float | None
    median: float | None
    patient_mean: float | None
    counts: Mapping[int, int]
    ci_patient: ClusterMean | None
    ci_evaluator: ClusterMean | None


def system_scores(
    table: RatingTable,
    column: FloatArray,
    shown: int,
    scale: tuple[int, ...],
    path: str,
    reasons: Reasons,
) -> SystemScores:
    """Summarise ``column`` (tasks,), NaN if unanswered, of ``shown`` readings."""
    seen = ~np.isnan(column)
    given = column[seen]
    if not len(given):
        for name in ("mean", "median", "patient_mean"):
            reasons.found[f"{path}.{name}"] = "no rating was given"
    if len(given) < 2:
        reasons.found[f"{path}.sd"] = "fewer than two ratings"
    patient, evaluator = table.patient[seen], table.evaluator[seen]
    return SystemScores(
        n=len(given),
        missing=shown - len(given),
        mean=float(given.mean()) if len(given) else None,
        sd=float(given.std(ddof=1)) if len(given) > 1 else None,
        median=float(np.median(given)) if len(given) else None,
        patient_mean=mean_of_means(given, patient) if len(given) else None,
        counts={value: int((given == value).sum()) for value in scale},
        ci_patient=reasons.take(
            f"{path}.ci_patient", lambda: cluster_interval(given, patient, "patient")
        ),
        ci_evaluator=reasons.take(
            f"{path}.ci_evaluator",
            lambda: cluster_interval(given, evaluator, "evaluator"),
        ),
    )


def mean_of_means(values: FloatArray, clusters: np.ndarray) -> float:
    """The mean of the clusters' means: every cluster counts once."""
    codes = np.unique(clusters, return_inverse=True)[1]
    return float((np.bincount(codes, weights=values) / np.bincount(codes)).mean())
