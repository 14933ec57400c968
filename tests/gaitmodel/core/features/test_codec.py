"""Features as JSON: the contract of ``gait_report --json``."""

import json

import numpy as np
import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_from_json, features_to_json
from gaitmodel.core.features.measure import measure
from gaitmodel.core.pose.skel import INDEX
from tests.gaitmodel.core.walks import sine_walk


def test_the_contract_holds_its_keys_and_valid_json() -> None:
    pose = sine_walk()
    pose.angles[:, INDEX["ankle_angle_l"]] = np.nan
    stored = features_to_json(measure(pose))
    json.dumps(stored, allow_nan=False)
    assert {"fps", "frames", "view", "events", "metrics"} <= stored.keys()
    assert set(stored["events"]) == {"hs_left", "hs_right", "to_left", "to_right"}
    assert stored["metrics"]["ankle_rom_left_deg"]["value"] is None
    assert {"value", "unit", "n", "quality", "reason"} <= stored["metrics"][
        "cadence_spm"
    ].keys()


def test_features_survive_the_way_to_json_and_back() -> None:
    stored = features_to_json(measure(sine_walk()))
    assert features_to_json(features_from_json(stored)) == stored


def test_unusable_json_is_an_input_error() -> None:
    stored = features_to_json(measure(sine_walk()))
    del stored["events"]["hs_left"]
    with pytest.raises(InputError, match="hs_left"):
        features_from_json(stored)
