"""The one list of systems: their stable keys, names, backbones and builders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.base import (
    NO_BACKBONE,
    Parts,
    TrainableSystem,
    ZeroShotSystem,
)
from gaitmodel.core.systems.biogait import (
    biogait_full,
    biogait_full_verified,
    biogait_no_bio,
    biogait_no_both,
    biogait_no_ted,
)
from gaitmodel.core.systems.biogait_plus import biogait_plus
from gaitmodel.core.systems.i3d import i3d
from gaitmodel.core.systems.internvl_zero_shot import internvl3_5_zero_shot
from gaitmodel.core.systems.qwen3_vl_zero_shot import qwen3_vl_zero_shot
from gaitmodel.core.systems.slowfast import slowfast
from gaitmodel.core.systems.st_gcn import st_gcn
from gaitmodel.core.systems.timesformer import timesformer
from gaitmodel.core.systems.tsn import tsn
from gaitmodel.core.systems.videomae import videomae

Builder = Callable[[Parts], TrainableSystem | ZeroShotSystem]


class Takes(StrEnum):
    """What ``--backbone`` may name for a system."""

    INTERNVL = "an InternVL backbone"
    INTERNVL_OR_NONE = "an InternVL backbone, or none (pose alone)"
    QWEN3_VL = "a Qwen3-VL backbone"
    FILM_WEIGHTS = "none (random), tiny, or weights of its own kind"
    NOTHING = "none, or tiny"


@dataclass(frozen=True)
class SystemEntry:
    """One row of Table 1."""

    title: str
    build: Builder
    takes: Takes
    trained: bool = True
    weights_of: str = ""  # the system whose training it uses, if not its own
    verify: bool = False  # decoded with the evidence check

    def refuses(self, backbone: str) -> str:
        """Why this system cannot run on this ``--backbone``; empty if it can."""
        needs_one = self.takes in (Takes.INTERNVL, Takes.QWEN3_VL)
        if needs_one and backbone == NO_BACKBONE:
            return f"it takes {self.takes.value}, not none"
        if self.takes is Takes.NOTHING and backbone not in (NO_BACKBONE, "tiny"):
            return f"it takes {self.takes.value}, not {backbone}"
        return ""


SYSTEMS: dict[str, SystemEntry] = {
    "biogait_full": SystemEntry("BioGait-VLM (Full)", biogait_full, Takes.INTERNVL),
    "biogait_no_bio": SystemEntry(
        "w/o Biomechanical Branch", biogait_no_bio, Takes.INTERNVL
    ),
    "biogait_no_ted": SystemEntry("w/o TED Branch", biogait_no_ted, Takes.INTERNVL),
    "biogait_no_both": SystemEntry("w/o both", biogait_no_both, Takes.INTERNVL),
    "internvl3_5_zero_shot": SystemEntry(
        "InternVL3.5-1B (Zero-Shot)", internvl3_5_zero_shot, Takes.INTERNVL, False
    ),
    "qwen3_vl_zero_shot": SystemEntry(
        "Qwen3-VL-2B (Zero-Shot)", qwen3_vl_zero_shot, Takes.QWEN3_VL, False
    ),
    "slowfast": SystemEntry("SlowFast-R50", slowfast, Takes.FILM_WEIGHTS),
    "tsn": SystemEntry("TSN-R50", tsn, Takes.FILM_WEIGHTS),
    "i3d": SystemEntry("I3D-R50", i3d, Takes.FILM_WEIGHTS),
    "timesformer": SystemEntry("TimeSformer-B", timesformer, Takes.FILM_WEIGHTS),
    "videomae": SystemEntry("VideoMAE-B", videomae, Takes.FILM_WEIGHTS),
    "st_gcn": SystemEntry("ST-GCN", st_gcn, Takes.NOTHING),
    "biogait_full_verified": SystemEntry(
        "BioGait-VLM (Full, verified)",
        biogait_full_verified,
        Takes.INTERNVL,
        weights_of="biogait_full",
        verify=True,
    ),
    "biogait_plus": SystemEntry(
        "BioGait+ (ours)", biogait_plus, Takes.INTERNVL_OR_NONE
    ),
}


def system_entry(key: str) -> SystemEntry:
    """Look up a system; ``InputError`` lists the known keys if there is none."""
    if key not in SYSTEMS:
        raise InputError(f"system {key!r} is not known; known are {', '.join(SYSTEMS)}")
    return SYSTEMS[key]


def backbones_for(keys: Sequence[str], asked: Sequence[str]) -> dict[str, str]:
    """Each system's backbone; ``asked``: ``NAME`` for all, ``KEY=NAME`` for one.

    A system without a language model runs on ``none`` (or ``tiny``) unless ``KEY=NAME``
    names another: the ``NAME`` for all does not apply to it.

    Raises
    ------
    InputError
        If a system is unknown, or does not take its backbone.
    """
    own = dict(one.split("=", 1) for one in asked if one.split("=")[0] in SYSTEMS)
    general = [one for one in asked if one.split("=")[0] not in SYSTEMS]
    name = general[-1] if general else NO_BACKBONE
    chosen = {}
    for key in keys:
        alone = system_entry(key).takes in (Takes.FILM_WEIGHTS, Takes.NOTHING)
        fallback = NO_BACKBONE if alone and name != "tiny" else name
        chosen[key] = own.get(key, fallback)
        entry_for(key, chosen[key])
    return chosen


def entry_for(key: str, backbone: str) -> SystemEntry:
    """The entry, if the system can run on that backbone.

    Raises
    ------
    InputError
        If the system is unknown, or does not take the backbone.
    """
    entry = system_entry(key)
    if reason := entry.refuses(backbone):
        raise InputError(f"system {key!r} --backbone {backbone}: {reason}")
    return entry
