"""Further analyses: what else could explain the result, and how far it generalises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.statistics.blinding import Blinding, blinding
from annotations.core.statistics.bootstrap import bootstrap_means, cluster_sums
from annotations.core.statistics.davidson import Davidson, davidson
from annotations.core.statistics.estimate import Reasons
from annotations.core.statistics.evidence_scores import (
    COUNTS,
    EvidenceAccord,
    evidence_accord,
)
from annotations.core.statistics.mrmc import OverlapInterval, overlap_interval
from annotations.core.statistics.ordinal import OrdinalModel, ordinal_model
from annotations.core.statistics.position import PositionEffect, position_effect
from annotations.core.statistics.ranks import Ranks, ranks
from annotations.core.statistics.raters import Raters, raters
from annotations.core.statistics.retest import Retest, retest
from annotations.core.statistics.table import RatingTable
from annotations.core.statistics.text_bias import TextBias, text_bias

FEATURES = ("words", "numerals", "correct")


@dataclass(frozen=True)
class Further:
    """Each part is ``None``, with a reason, where the ratings do not allow it.

    ``overlap[criterion][pair]`` generalises to new evaluators and new patients;
    ``bootstrap[criterion][system]`` is a cross-check of the interval by patients;
    ``mixed`` only if requested. ``evidence[criterion][verdict]`` compares the scores
    with the evidence check.
    """

    position: PositionEffect | None
    text: Mapping[str, TextBias | None]
    blinding: Blinding | None
    ranks: Ranks | None
    davidson: Mapping[str, Davidson | None]
    raters: Raters
    retest: Retest | None
    overlap: Mapping[str, Mapping[str, OverlapInterval | None]]
    bootstrap: Mapping[str, Mapping[str, tuple[float, float]] | None]
    mixed: Mapping[str, OrdinalModel | None]
    evidence: Mapping[str, Mapping[str, EvidenceAccord | None]]


def further(
    table: RatingTable,
    outputs: Sequence[RatedOutput],
    own: str,
    scale: tuple[int, ...],
    reasons: Reasons,
    *,
    mixed: bool = False,
) -> Further:
    """All further analyses; ``outputs`` include the repeated readings.

    ``own`` is the plan's target, which evaluators were asked to guess; may be empty.
    """
    path = "further"
    return Further(
        position=reasons.take(
            f"{path}.position",
            partial(position_effect, table, f"{path}.position", reasons),
        ),
        text={
            feature: reasons.take(
                f"{path}.text.{feature}",
                partial(text_bias, table, feature, f"{path}.text.{feature}", reasons),
            )
            for feature in FEATURES
        },
        blinding=reasons.take(
            f"{path}.blinding",
            partial(blinding, table, own, f"{path}.blinding", reasons),
        ),
        ranks=reasons.take(
            f"{path}.ranks", partial(ranks, table, f"{path}.ranks", reasons)
        ),
        davidson={
            criterion: reasons.take(
                f"{path}.davidson.{criterion}", partial(davidson, values, table.systems)
            )
            for criterion, values in table.values.items()
        },
        raters=raters(table, f"{path}.raters", reasons),
        retest=reasons.take(
            f"{path}.retest", partial(retest, outputs, scale, f"{path}.retest", reasons)
        ),
        overlap={c: _overlap(table, c, reasons) for c in table.criteria},
        bootstrap={
            criterion: reasons.take(
                f"{path}.bootstrap.{criterion}", partial(_bootstrap, table, criterion)
            )
            for criterion in table.criteria
        },
        mixed={
            criterion: reasons.take(
                f"{path}.mixed.{criterion}",
                partial(ordinal_model, table, table.values[criterion]),
            )
            for criterion in (table.criteria if mixed else ())
        },
        evidence={c: _evidence(table, c, reasons) for c in table.criteria},
    )


def _evidence(
    table: RatingTable, criterion: str, reasons: Reasons
) -> dict[str, EvidenceAccord | None]:
    found = {}
    for verdict in COUNTS:
        path = f"further.evidence.{criterion}.{verdict}"
        work = partial(evidence_accord, table, criterion, verdict, path, reasons)
        found[verdict] = reasons.take(path, work)
    return found


def _bootstrap(table: RatingTable, criterion: str) -> dict[str, tuple[float, float]]:
    """Each system's mean by resampling patients, expanded percentile."""
    values = table.values[criterion]
    tasks, systems = values.shape
    found = bootstrap_means(
        *cluster_sums(
            values.ravel(),
            np.tile(np.arange(systems), tasks),
            np.repeat(table.patient, systems),
            systems,
        )
    )
    limits = zip(map(float, found.lo), map(float, found.hi), strict=True)
    return dict(zip(table.systems, limits, strict=True))


def _overlap(
    table: RatingTable, criterion: str, reasons: Reasons
) -> dict[str, OverlapInterval | None]:
    """The first system against each of the others."""
    values = table.values[criterion]
    return {
        name: reasons.take(
            f"further.overlap.{criterion}.{name}",
            partial(overlap_interval, table, values[:, 0] - values[:, column]),
        )
        for column, system in enumerate(table.systems)
        if column and (name := f"{table.systems[0]} vs {system}")
    }
