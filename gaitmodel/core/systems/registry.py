"""The one list of systems: their stable keys, names and what they can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.biogait import (
    BioGait,
    biogait_full,
    biogait_no_bio,
    biogait_no_both,
    biogait_no_ted,
)
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.internvl_zero_shot import InternVLZeroShot

BioGaitBuilder = Callable[
    [InternVLBackbone, FusionConfig, FeatureCache, GenerationConfig], BioGait
]
ZeroShotBuilder = Callable[
    [InternVLBackbone, FusionConfig, GenerationConfig], InternVLZeroShot
]


@dataclass(frozen=True)
class SystemEntry:
    """One row of Table 1; exactly one of the two builders is given."""

    title: str
    trained: BioGaitBuilder | None = None
    zero_shot: ZeroShotBuilder | None = None


SYSTEMS: dict[str, SystemEntry] = {
    "biogait_full": SystemEntry("BioGait-VLM (Full)", trained=biogait_full),
    "biogait_no_bio": SystemEntry("w/o Biomechanical Branch", trained=biogait_no_bio),
    "biogait_no_ted": SystemEntry("w/o TED Branch", trained=biogait_no_ted),
    "biogait_no_both": SystemEntry("w/o both", trained=biogait_no_both),
    "internvl3_5_zero_shot": SystemEntry(
        "InternVL3.5-1B (Zero-Shot)", zero_shot=InternVLZeroShot
    ),
}


def system_entry(key: str) -> SystemEntry:
    """Look a system up; ``InputError`` lists the keys if there is none of that name."""
    if key not in SYSTEMS:
        raise InputError(f"system {key!r} is not known; known are {', '.join(SYSTEMS)}")
    return SYSTEMS[key]
