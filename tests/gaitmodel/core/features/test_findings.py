"""Plain words: what leaves its band is told once, and nothing else."""

from dataclasses import replace

import pytest

from gaitmodel.core.features.findings import findings
from gaitmodel.core.features.measure import measure
from gaitmodel.core.features.norms import departure, known
from gaitmodel.core.features.page import clinician_page
from gaitmodel.core.records import GaitFeatures, Metric, Quality, Side
from tests.gaitmodel.core.walks import sine_walk


def only(*metrics: Metric) -> GaitFeatures:
    return replace(measure(sine_walk()), metrics={m.key: m for m in metrics})


def swing(side: Side, value: float | None) -> Metric:
    quality = Quality.NOT_MEASURABLE if value is None else Quality.GOOD
    return Metric(f"swing_percent_{side}", value, "%", 5, quality, "", side)


def test_every_metric_has_a_name() -> None:
    names = [known(metric).name for metric in measure(sine_walk()).metrics.values()]
    assert len(names) == len(measure(sine_walk()).metrics)
    assert not any("_" in name for name in names)


def test_both_sides_are_told_in_one_sentence() -> None:
    told = findings(only(swing(Side.LEFT, 30.0), swing(Side.RIGHT, 31.0)))
    assert told == [
        "Swing on both sides is below the usual 36 to 43 % (left 30.0 % and right "
        "31.0 %): the foot is carried for a short time."
    ]


def test_one_side_is_told_alone_and_opposite_sides_apart() -> None:
    (alone,) = findings(only(swing(Side.LEFT, 30.0), swing(Side.RIGHT, 40.0)))
    assert "left 30.0 %" in alone
    assert "right" not in alone
    below, above = findings(only(swing(Side.LEFT, 30.0), swing(Side.RIGHT, 50.0)))
    assert "below" in below
    assert "above" in above


def test_what_is_not_measured_is_no_finding() -> None:
    assert findings(only(swing(Side.LEFT, None), swing(Side.RIGHT, None))) == []


@pytest.mark.parametrize(("value", "way"), [(35.9, -1), (36.0, 0), (43.1, 1)])
def test_the_ends_of_a_band_belong_to_it(value: float, way: int) -> None:
    assert departure(swing(Side.LEFT, value)) == way


def test_the_page_gives_bands_arrows_and_each_reason_once() -> None:
    page = clinician_page("walk", only(swing(Side.LEFT, 30.0), swing(Side.RIGHT, None)))
    assert "30.0 % ↓" in page
    assert "36 to 43" in page
    assert page.count("Not measurable") == 1
