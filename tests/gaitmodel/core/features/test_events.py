"""Heel strikes and toe-offs: alternation, gaps, mirrors, force plates, clinicians."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gaitmodel.core.features.events import detect_events
from gaitmodel.core.pose.skel import INDEX, mirror
from gaitmodel.core.records import GaitEvents, PoseSequence, Side
from tests.gaitmodel.core.walks import sine_walk


def in_order(events: GaitEvents) -> list[tuple[float, str]]:
    return sorted(
        (float(time), f"{kind} {side}")
        for side in Side
        for kind, times in (
            ("hs", events.heel_strikes(side)),
            ("to", events.toe_offs(side)),
        )
        for time in times
    )


def test_a_walk_strikes_and_leaves_in_the_order_of_gait() -> None:
    cycle = ["hs right", "to left", "hs left", "to right"]
    names = [name for _, name in in_order(detect_events(sine_walk()))]
    assert len(names) >= 18
    for before, after in pairwise(names):
        assert cycle[(cycle.index(before) + 1) % 4] == after


def test_the_frame_rate_scales_time_and_nothing_else() -> None:
    slow = detect_events(sine_walk(fps=30))
    fast = detect_events(sine_walk(fps=90))
    np.testing.assert_allclose(slow.hs_left, fast.hs_left, atol=0.02)


def test_a_standing_walker_has_no_events() -> None:
    still = sine_walk()
    still = replace(still, angles=np.zeros_like(still.angles))
    assert in_order(detect_events(still)) == []


def test_an_unobserved_knee_gives_no_events() -> None:
    pose = sine_walk()
    pose.angles[:, INDEX["knee_angle_l"]] = np.nan
    assert in_order(detect_events(pose)) == []


def test_no_event_is_invented_inside_a_gap() -> None:
    pose = sine_walk(seconds=10)
    pose.angles[120:170] = np.nan
    times = np.array([time for time, _ in in_order(detect_events(pose))])
    assert not ((times > 120 / 30) & (times < 169 / 30)).any()
    assert (times < 4).sum() >= 8
    assert (times > 5.6).sum() >= 8


@settings(max_examples=25, deadline=None)
@given(st.floats(0.8, 1.6), st.floats(0.42, 0.58), st.floats(0, 2))
def test_the_mirror_swaps_the_sides_of_every_event(
    stride_s: float, lag: float, noise_deg: float
) -> None:
    pose = sine_walk(stride_s=stride_s, lag=lag, noise_deg=noise_deg)
    events = detect_events(pose)
    mirrored = detect_events(replace(pose, angles=mirror(pose.angles)))
    for side, other in ((Side.LEFT, Side.RIGHT), (Side.RIGHT, Side.LEFT)):
        np.testing.assert_allclose(
            mirrored.heel_strikes(side), events.heel_strikes(other), atol=1e-5
        )
        np.testing.assert_allclose(
            mirrored.toe_offs(side), events.toe_offs(other), atol=1e-5
        )


def test_the_heading_and_the_tilt_of_the_camera_do_not_move_events() -> None:
    pose = sine_walk()
    turned = pose.angles.copy()
    turned[:, :3] += (0.2, 0.1, 1.5)
    same = detect_events(PoseSequence(turned, pose.fps, False, "turned"))
    assert in_order(same) == in_order(detect_events(pose))
