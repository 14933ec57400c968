"""What is unusual in a walk, in plain words: metrics outside their usual bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gaitmodel.core.features.norms import departure, known, place_of, stem_of
from gaitmodel.core.records import GaitFeatures, Metric, Quality

_LOW = " (low quality)."
_ECHOES = frozenset({"step_time_s", "stride_time_s", "stance_percent"})
"""Quantities that only repeat what cadence and swing show."""


def findings(features: GaitFeatures) -> list[str]:
    """A sentence per quantity outside its band, both sides together.

    Values of low quality come last and are named as such; what cannot be measured is
    not a finding.
    """
    told: list[str] = []
    for metrics in by_stem(features).values():
        off = [m for m in metrics if departure(m)]
        if not off or (stem_of(off[0]) in _ECHOES and _says_cadence(features)):
            continue
        told += [
            _sentence([m for m in off if departure(m) == way], len(metrics))
            for way in (-1, 1)
            if any(departure(m) == way for m in off)
        ]
    return sorted(told, key=lambda sentence: sentence.endswith(_LOW))


def what_is_off(features: GaitFeatures) -> list[str]:
    """The findings, or one sentence that says why there are none."""
    return findings(features) or [_nothing(features)]


def _nothing(features: GaitFeatures) -> str:
    if all(metric.value is None for metric in features.metrics.values()):
        return "Nothing could be measured; the reasons stand below."
    return "Nothing that was measured lies outside its usual band."


def by_stem(features: GaitFeatures) -> dict[str, list[Metric]]:
    """The metrics of each quantity, left before right, in the order of ``norms``."""
    stems: dict[str, list[Metric]] = {}
    for metric in sorted(features.metrics.values(), key=_place):
        stems.setdefault(stem_of(metric), []).append(metric)
    return stems


def _place(metric: Metric) -> tuple[int, str]:
    return place_of(metric), metric.side or ""


def digits_of(unit: str) -> int:
    """Decimal places for values of this unit."""
    return {"s": 2, "count": 0, "deg": 0, "steps/min": 0}.get(unit, 1)


def shown_unit(unit: str) -> str:
    """A unit as written after a number, with its leading space."""
    return {"deg": "°", "count": "", "%": " %"}.get(unit, f" {unit}")


def _says_cadence(features: GaitFeatures) -> bool:
    cadence = features.metrics.get("cadence_spm")
    return cadence is not None and cadence.value is not None


def _sentence(metrics: Sequence[Metric], sides: int) -> str:
    """One direction of one quantity: where, how much, what is usual, what it means."""
    about = known(metrics[0])
    low, high = about.band or (0.0, 0.0)
    beyond = departure(metrics[0]) > 0
    unit = shown_unit(metrics[0].unit)
    values = " and ".join(_values(metrics))
    both = " on both sides" if sides == 2 and len(metrics) == 2 else ""
    words = about.above if beyond else about.below
    sure = all(m.quality is Quality.GOOD for m in metrics)
    end = "." if sure else _LOW
    meaning = f": {words}" if words else ""
    return (
        f"{about.name.capitalize()}{both} is {'above' if beyond else 'below'} the usual "
        f"{low:g} to {high:g}{unit} ({values}){meaning}{end}"
    )


def _values(metrics: Sequence[Metric]) -> Iterator[str]:
    for metric in metrics:
        side = f"{metric.side.value} " if metric.side else ""
        digits = digits_of(metric.unit)
        yield f"{side}{metric.value:.{digits}f}{shown_unit(metric.unit)}"
