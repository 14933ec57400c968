"""Names of the metrics, and the usual bands of healthy adults.

Bands are for comfortable, level walking. Times and phases are from instrumented
walkways; angles are from laboratories, and one camera often underestimates them, so a
small range alone is no finding. Sources: Perry & Burnfield, Gait Analysis, 2nd ed. 2010
(phases, joint peaks); Winter, Biomechanics and Motor Control of Human Gait, 2nd ed.
1991 (cadence, ranges); Pistacchi et al., Functional Neurology 32, 2017 (controls'
cadence 113.8 +- 4.3); Lewek et al., Gait & Posture 31, 2010 (arm swing).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gaitmodel.core.records import Metric, Side


@dataclass(frozen=True)
class Known:
    """A metric's name, its usual band in its own unit, and words for departures."""

    name: str
    band: tuple[float, float] | None = None
    below: str = ""
    above: str = ""


_KNOWN: Final[dict[str, Known]] = {
    "cadence_spm": Known("cadence", (100, 125), "slow stepping", "hurried stepping"),
    "step_time_s": Known("step time", (0.48, 0.60), "short steps", "long steps"),
    "stride_time_s": Known(
        "stride time", (0.96, 1.20), "short strides", "long strides"
    ),
    "swing_percent": Known(
        "swing", (36, 43), "the foot is carried for a short time", "a long swing"
    ),
    "stance_percent": Known(
        "stance", (57, 64), "a short stance", "the foot stays long on the ground"
    ),
    "single_support_percent": Known(
        "single support", (36, 43), "little time on one leg alone", "long on one leg"
    ),
    "double_support_percent": Known(
        "double support",
        (16, 28),
        "hardly any time on both feet",
        "long on both feet, as in cautious walking",
    ),
    "stride_time_cv_percent": Known(
        "stride time variability", (0, 4), "", "unsteady rhythm"
    ),
    "step_time_asymmetry_percent": Known(
        "step time asymmetry", (-10, 10), "shorter left steps", "longer left steps"
    ),
    "stride_time_asymmetry_percent": Known("stride time asymmetry"),
    "swing_asymmetry_points": Known(
        "swing asymmetry", (-5, 5), "a shorter left swing", "a longer left swing"
    ),
    "heel_strikes": Known("heel strikes"),
    "toe_offs": Known("toe-offs"),
    "hip_rom_deg": Known("hip range", (30, 50), "stiff hips", "wide hip motion"),
    "hip_flexion_peak_deg": Known("peak hip flexion"),
    "hip_extension_peak_deg": Known("peak hip extension"),
    "hip_extension_stance_peak_deg": Known(
        "hip extension, peak in stance",
        (0, 20),
        "the thigh does not come behind the body",
        "the thigh goes far behind the body",
    ),
    "hip_flexion_swing_peak_deg": Known(
        "hip flexion, peak in swing",
        (20, 45),
        "the thigh is lifted little",
        "the thigh is lifted high",
    ),
    "hip_adduction_rom_deg": Known("hip adduction range"),
    "knee_rom_deg": Known("knee range", (45, 70), "stiff knees", "wide knee motion"),
    "knee_flexion_peak_deg": Known("peak knee flexion"),
    "knee_flexion_least_deg": Known(
        "least knee flexion",
        (-8, 12),
        "the knee bends backward",
        "the knee never straightens, as in crouch",
    ),
    "knee_flexion_stance_peak_deg": Known(
        "knee flexion, peak in loading",
        (5, 28),
        "the knee stays stiff as it takes the weight",
        "the knee gives way as it takes the weight",
    ),
    "knee_flexion_swing_peak_deg": Known(
        "knee flexion, peak in swing",
        (50, 75),
        "the knee bends little in swing",
        "the knee bends far in swing",
    ),
    "ankle_rom_deg": Known("ankle range", (20, 40), "a stiff ankle", "a loose ankle"),
    "ankle_dorsiflexion_stance_peak_deg": Known(
        "dorsiflexion, peak in stance", (5, 20), "the heel rises early", "a slack calf"
    ),
    "ankle_dorsiflexion_swing_peak_deg": Known(
        "dorsiflexion, peak in swing", (-5, 15), "the foot hangs", "the foot is held up"
    ),
    "arm_swing_deg": Known("arm swing", (12, 45), "little arm swing", "wide arm swing"),
    "trunk_lean_deg": Known(
        "trunk lean", (-5, 14), "leaning backward", "stooping forward"
    ),
    "pelvis_list_rom_deg": Known(
        "pelvic list range", (3, 10), "", "the pelvis drops from side to side"
    ),
    "pelvis_rotation_rom_deg": Known("pelvic rotation range"),
    "trunk_bend_rom_deg": Known(
        "trunk sway range", (0, 12), "", "the trunk sways from side to side"
    ),
    "hip_rom_asymmetry_deg": Known("hip range asymmetry"),
    "knee_rom_asymmetry_deg": Known(
        "knee range asymmetry",
        (-12, 12),
        "the left knee moves less than the right",
        "the left knee moves more than the right",
    ),
    "arm_swing_asymmetry_deg": Known(
        "arm swing asymmetry",
        (-12, 12),
        "the left arm swings less than the right",
        "the left arm swings more than the right",
    ),
}


def stem_of(metric: Metric) -> str:
    """The key without its side: ``knee_rom_left_deg`` gives ``knee_rom_deg``."""
    return (
        metric.key.replace(f"_{metric.side.value}", "") if metric.side else metric.key
    )


def place_of(metric: Metric) -> int:
    """A metric's place on a page: times first, then phases, joints and trunk."""
    return list(_KNOWN).index(stem_of(metric))


def known(metric: Metric) -> Known:
    """Name and band of a metric; ``KeyError`` if it is not listed here."""
    return _KNOWN[stem_of(metric)]


def name_and_unit(key: str) -> tuple[str, str]:
    """A metric's name with its side, and its unit in words, from its key."""
    side = next((s for s in Side if f"_{s.value}" in key), None)
    stem = key.replace(f"_{side.value}", "") if side else key
    name = _KNOWN[stem].name + (f", {side.value}" if side else "")
    units = (("_spm", "steps/min"), ("_s", "s"), ("_deg", "°"), ("_points", "points"))
    return name, next((u for end, u in units if stem.endswith(end)), "%")


def departure(metric: Metric) -> int:
    """-1 below the usual band, +1 above it, 0 inside, without band or not measured."""
    band = known(metric).band
    if band is None or metric.value is None:
        return 0
    return int(metric.value > band[1]) - int(metric.value < band[0])
