"""The 46 SKEL angles: order, mirror map and soft limits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gaitmodel.core.pose import skel


def test_the_order_is_that_of_the_skel_model() -> None:
    assert len(skel.NAMES) == skel.COUNT == 46
    assert skel.NAMES[:4] == (
        "pelvis_tilt",
        "pelvis_list",
        "pelvis_rotation",
        "hip_flexion_r",
    )
    assert skel.INDEX["knee_angle_l"] == 13
    assert skel.INDEX["lumbar_bending"] == 17
    assert skel.INDEX["shoulder_r_x"] == 29
    assert skel.INDEX["wrist_deviation_l"] == 45


@given(st.integers(0, 2**32 - 1))
def test_the_mirror_of_the_mirror_is_the_walk_itself(seed: int) -> None:
    angles = np.random.default_rng(seed).normal(size=(5, 46))
    np.testing.assert_allclose(skel.mirror(skel.mirror(angles)), angles)


def test_the_mirror_exchanges_the_knees_and_negates_the_pelvic_list() -> None:
    angles = np.arange(46.0)[None]
    mirrored = skel.mirror(angles)[0]
    assert mirrored[skel.INDEX["knee_angle_r"]] == skel.INDEX["knee_angle_l"]
    assert mirrored[skel.INDEX["pelvis_list"]] == -skel.INDEX["pelvis_list"]
    assert mirrored[skel.INDEX["shoulder_r_x"]] == -skel.INDEX["shoulder_l_x"]


def test_an_angle_far_outside_its_soft_limits_is_named() -> None:
    angles = np.zeros((10, 46))
    angles[:, skel.INDEX["knee_angle_r"]] = np.deg2rad(-40)
    assert skel.outside_limits(angles) == ("knee_angle_r",)


def test_an_unobserved_angle_is_never_outside_its_limits() -> None:
    assert skel.outside_limits(np.full((10, 46), np.nan)) == ()
