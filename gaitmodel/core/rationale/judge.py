"""Judge a claim against what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gaitmodel.core.rationale.claims import Claim, ClaimKind
from gaitmodel.core.rationale.vocabulary import Quantity
from gaitmodel.core.records import Metric, Quality, Side


class Verdict(StrEnum):
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNSUPPORTED = "unsupported"


TOLERANCE: Final[Mapping[str, float]] = {
    "spm": 2.0,
    "s": 0.02,
    "%": 2.0,
    "deg": 2.0,
    "count": 0.0,
}
"""How far a stated number may be from the measured one; at least half its last digit."""

SYMMETRIC_BELOW: Final[Mapping[str, float]] = {
    "s": 0.10,
    "%": 0.10,
    "deg": 0.20,
    "count": 0.25,
}
"""|left - right| over their mean below which the sides count as symmetric."""

_NO_SUCH: Final = "no such quantity is measured"


@dataclass(frozen=True)
class Judged:
    """A claim with its verdict; ``measured`` is what it was compared with."""

    claim: Claim
    verdict: Verdict
    measured: float | None
    quality: Quality | None
    note: str


def judge(claim: Claim, metrics: Mapping[str, Metric]) -> Judged:
    """Supported, contradicted, or unsupported (not measured, or no such quantity)."""
    if claim.quantity is None or not claim.quantity.keys:
        return Judged(claim, Verdict.UNSUPPORTED, None, None, _NO_SUCH)
    if not _unit_agrees(claim):
        note = f"measured in {claim.quantity.unit}, not in {claim.unit}"
        return Judged(claim, Verdict.UNSUPPORTED, None, None, note)
    if claim.kind is ClaimKind.DIFFERENCE or not claim.is_number:
        return _judge_sides(claim, metrics)
    return _judge_number(claim, metrics)


def _unit_agrees(claim: Claim) -> bool:
    quantity = claim.quantity
    if quantity is None or not claim.is_number or claim.unit == quantity.unit:
        return True
    # An asymmetry of a time may be stated in percent.
    return claim.kind is ClaimKind.DIFFERENCE and claim.unit == "%"


def _metrics_of(
    quantity: Quantity, side: Side | None, metrics: Mapping[str, Metric]
) -> list[Metric]:
    """All measured metrics that the words could mean."""
    sides = [side] if side is not None or not quantity.sided else list(Side)
    keys = [key.format(side=one) for key in quantity.keys for one in sides]
    found = [metrics[key] for key in keys if key in metrics]
    return [metric for metric in found if metric.value is not None]


def _not_measured(claim: Claim, metrics: Mapping[str, Metric]) -> Judged:
    quantity = claim.quantity
    sides = [claim.side] if claim.side else list(Side)
    keys = [
        k.format(side=s) for k in (quantity.keys if quantity else ()) for s in sides
    ]
    reasons = [metrics[key].reason for key in keys if key in metrics]
    return Judged(
        claim,
        Verdict.UNSUPPORTED,
        None,
        Quality.NOT_MEASURABLE,
        reasons[0] if reasons else "not measured",
    )


def _judge_number(claim: Claim, metrics: Mapping[str, Metric]) -> Judged:
    if claim.quantity is None or claim.value is None:
        raise ValueError("a number claim has a quantity and a value")
    found = _metrics_of(claim.quantity, claim.side, metrics)
    if not found:
        return _not_measured(claim, metrics)
    candidates = [(m.value or 0.0, m.quality) for m in found]
    if claim.side is None and len(found) > 1:
        mean = sum(value for value, _ in candidates) / len(candidates)
        candidates.append((mean, found[0].quality))
        if claim.unit == "count":
            candidates.append((len(found) * mean, found[0].quality))
    value, quality = min(candidates, key=lambda one: _miss(claim, one[0]))
    agrees = (_miss(claim, value) <= 1e-9) != claim.denied
    verdict = Verdict.SUPPORTED if agrees else Verdict.CONTRADICTED
    return Judged(claim, verdict, value, quality, "")


def _tolerance(claim: Claim) -> float:
    base = max(TOLERANCE[claim.unit], claim.step / 2)
    if claim.unit == "count":
        base = 0.0
    return 2 * base + (1.0 if claim.unit == "count" else 0.0) if claim.about else base


def _miss(claim: Claim, measured: float) -> float:
    """How far the measured value is outside what the claim allows."""
    value = claim.value or 0.0
    low = high = value
    if claim.kind is ClaimKind.RANGE and claim.upper is not None:
        low, high = sorted((value, claim.upper))
    if claim.kind is ClaimKind.AT_LEAST:
        high = float("inf")
    if claim.kind is ClaimKind.AT_MOST:
        low = -float("inf")
    slack = _tolerance(claim)
    return max(0.0, low - slack - measured, measured - high - slack)


def _judge_sides(claim: Claim, metrics: Mapping[str, Metric]) -> Judged:
    """Judge comparisons, symmetry and stated differences, which need both sides."""
    if claim.quantity is None:
        raise ValueError("a comparison has a quantity")
    key = claim.quantity.keys[0]
    left, right = (metrics.get(key.format(side=side)) for side in Side)
    if left is None or right is None or left.value is None or right.value is None:
        return _not_measured(claim, metrics)
    gap = left.value - right.value
    mean = (abs(left.value) + abs(right.value)) / 2
    low = Quality.LOW in (left.quality, right.quality)
    agrees, measured = _sides_agree(claim, gap, gap / mean if mean else 0.0)
    return Judged(
        claim,
        Verdict.SUPPORTED if agrees else Verdict.CONTRADICTED,
        measured,
        Quality.LOW if low else Quality.GOOD,
        "left minus right",
    )


def _sides_agree(claim: Claim, gap: float, share: float) -> tuple[bool, float]:
    unit = claim.quantity.unit if claim.quantity else ""
    if claim.kind is ClaimKind.DIFFERENCE:
        measured = 100 * share if claim.unit != unit else gap
        return _miss(claim, abs(measured)) <= 1e-9, measured
    if claim.kind in (ClaimKind.SYMMETRIC, ClaimKind.ASYMMETRIC):
        symmetric = abs(share) < SYMMETRIC_BELOW[unit]
        return symmetric == (claim.kind is ClaimKind.SYMMETRIC), gap
    greater = gap if claim.side is Side.LEFT else -gap
    wanted = greater if claim.kind is ClaimKind.GREATER else -greater
    return (wanted > 1e-9) != claim.denied, gap
