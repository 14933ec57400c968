"""Do scores reflect whether the cited numbers are true, or only that there are some?

The evidence check counts, per text, the claims that the measurements support and
contradict. Within one reading two texts are compared if both their scores and their
counts differ; such a pair is in accord if the text with more supported (or fewer
contradicted) claims has the higher score. Comparing within readings removes effects of
an evaluator's strictness and a case's difficulty.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from annotations.core.statistics.clusters import ClusterMean, cluster_interval
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.statistics.table import FloatArray, RatingTable

COUNTS = {"supported": 1.0, "contradicted": -1.0}
"""The counted verdicts; a contradicted claim should lower a score."""


@dataclass(frozen=True)
class EvidenceAccord:
    """``k`` of ``n`` comparable pairs of texts are in accord; one half is chance.

    ``ci_patient`` is the interval of the mean over readings of each reading's share,
    with patients as the unit (CR2, Satterthwaite).
    """

    verdict: str
    k: int
    n: int
    share: float
    readings: int
    ci_patient: ClusterMean | None


def evidence_accord(
    table: RatingTable, criterion: str, verdict: str, path: str, reasons: Reasons
) -> EvidenceAccord:
    """Accord of one criterion's scores with one verdict's counts.

    Raises
    ------
    NotEstimable
        Where the counts are not stored, or no two texts of a reading differ in both.
    """
    counts = np.array(
        [[_count(o, verdict) for o in row] for row in table.rows], dtype=float
    )
    if np.isnan(counts).all():
        raise NotEstimable(f"how many claims are {verdict} is not stored")
    agree, compared = _pairs(table.values[criterion], COUNTS[verdict] * counts)
    used = compared > 0
    if not used.any():
        raise NotEstimable(
            f"no two texts of a reading differ both in score and in {verdict} claims"
        )
    shares = agree[used] / compared[used]
    return EvidenceAccord(
        verdict,
        int(agree.sum()),
        int(compared.sum()),
        float(agree.sum() / compared.sum()),
        int(used.sum()),
        reasons.take(
            f"{path}.ci_patient",
            lambda: cluster_interval(shares, table.patient[used], "patient"),
        ),
    )


def _count(output: object, verdict: str) -> float:
    value = getattr(output, verdict, None)
    return np.nan if value is None else float(value)


def _pairs(scores: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Per reading: pairs in accord, and pairs that differ in both (NaN never counts)."""
    agree, compared = np.zeros(len(scores)), np.zeros(len(scores))
    for one, other in combinations(range(scores.shape[1]), 2):
        gap = (scores[:, one] - scores[:, other]) * (counts[:, one] - counts[:, other])
        agree += gap > 0
        compared += (gap > 0) | (gap < 0)
    return agree, compared
