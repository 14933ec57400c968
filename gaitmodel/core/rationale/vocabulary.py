"""The words that rationales use for gait metrics, sides, units and order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gaitmodel.core.records import Side


@dataclass(frozen=True)
class Quantity:
    """Something a rationale may put a number on.

    ``keys`` are the metrics that could be meant, with ``{side}`` where they have one;
    empty if nothing of the kind is measured. ``unit`` is what a number must carry.
    """

    name: str
    unit: str
    keys: tuple[str, ...]
    pattern: str

    @property
    def sided(self) -> bool:
        return any("{side}" in key for key in self.keys)


_ROM: Final = r"(?:range(?:\s+of\s+motion)?|rom|excursion|motion|movement)"

QUANTITIES: Final[tuple[Quantity, ...]] = (
    Quantity(
        "cadence", "spm", ("cadence_spm",),
        r"cadence|step(?:ping)?\s+(?:rate|frequency)|steps?\s+per\s+minute|steps/min",
    ),
    Quantity(
        "stride time variability", "%", ("stride_time_cv_percent_{side}",),
        r"(?:stride|step|gait)(?:[-\s]+(?:time|timing|duration))?[-\s]+(?:variability|variation|cv\b)"
        r"|coefficient\s+of\s+variation(?:\s+of\s+(?:the\s+)?stride\s+times?)?"
        r"|variability\s+(?:of|in)\s+(?:the\s+)?strides?(?:\s+times?)?",
    ),
    Quantity(
        "step time", "s", ("step_time_{side}_s",),
        r"step(?:ping)?[-\s]+(?:times?|timings?|durations?|intervals?)|steps?\s+(?:takes?|took|lasts?|lasted)"
        r"|(?:timing|duration|time)\s+of\s+(?:the\s+)?(?:left\s+|right\s+)?steps?",
    ),
    Quantity(
        "stride time", "s", ("stride_time_{side}_s",),
        r"stride[-\s]+(?:times?|timings?|durations?)|strides?\s+(?:takes?|took|lasts?|lasted)|gait\s+cycle\s+(?:times?|durations?)"
        r"|duration\s+of\s+(?:the\s+)?(?:left\s+|right\s+)?strides?",
    ),
    Quantity(
        "double support", "%", ("double_support_percent_{side}",),
        r"double[-\s]+(?:limb[-\s]+)?(?:support|stance)",
    ),
    Quantity(
        "single support", "%", ("single_support_percent_{side}",),
        r"single[-\s]+(?:limb[-\s]+)?(?:support|stance)",
    ),
    Quantity(
        "arm swing", "deg", ("arm_swing_{side}_deg",), r"arms?[-\s]+swings?|swing\s+of\s+the\s+arms?",
    ),
    Quantity("swing", "%", ("swing_percent_{side}",), r"(?<!arm\s)(?<!arms\s)(?<!arm-)\bswings?\b(?!\s+of\s+the\s+arm)"),
    Quantity("stance", "%", ("stance_percent_{side}",), r"\bstance\b"),
    Quantity(
        "knee range", "deg", ("knee_rom_{side}_deg",),
        rf"knee\s+(?:flexion[-\s]+(?:extension\s+)?)?{_ROM}|{_ROM}\s+(?:of|at|in)\s+the\s+(?:left\s+|right\s+)?knees?",
    ),
    Quantity(
        "knee flexion", "deg",
        ("knee_flexion_peak_{side}_deg", "knee_rom_{side}_deg"),
        r"knee\s+flexion(?:\s+peak)?|knees?\s+(?:flex(?:es|ed)?|bends?|bent)\b|flexion\s+of\s+the\s+(?:left\s+|right\s+)?knee",
    ),
    Quantity(
        "hip range", "deg", ("hip_rom_{side}_deg",),
        rf"hip\s+(?:flexion[-\s]+(?:extension\s+)?)?{_ROM}|{_ROM}\s+(?:of|at|in)\s+the\s+(?:left\s+|right\s+)?hips?",
    ),
    Quantity("hip extension", "deg", ("hip_extension_peak_{side}_deg",), r"hip\s+extension|hips?\s+extend(?:s|ed)?\b"),
    Quantity(
        "hip flexion", "deg",
        ("hip_flexion_peak_{side}_deg", "hip_rom_{side}_deg"), r"hip\s+flexion|hips?\s+flex(?:es|ed)?\b",
    ),
    Quantity("ankle range", "deg", ("ankle_rom_{side}_deg",), rf"ankle\s+{_ROM}"),
    Quantity(
        "pelvic list range", "deg", ("pelvis_list_rom_deg",),
        r"pelvi[cs]\s+(?:list|drop|obliquity)(?:\s+range)?",
    ),
    Quantity(
        "trunk sway", "deg", ("trunk_bend_rom_deg",),
        r"(?:lateral|side-to-side)\s+trunk\s+\w+|trunk\s+(?:sway|side\s+bend(?:ing)?|lateral\s+\w+)",
    ),
    Quantity(
        "trunk lean", "deg", ("trunk_lean_deg",),
        r"(?:forward\s+)?trunk\s+(?:forward\s+)?(?:lean(?:ing)?|flexion|inclination|tilt)"
        r"|forward\s+(?:lean|inclination)(?:\s+of\s+the\s+trunk)?|lean\s+of\s+the\s+trunk"
        r"|(?<!\bhead\s)(?<!\bneck\s)\b(?:leans?|leaned|inclined)\s+forward",
    ),
    Quantity(
        "heel strikes", "count", ("heel_strikes_{side}",),
        r"heel[-\s]*strikes?|initial\s+contacts?|foot[-\s]strikes?",
    ),
    Quantity("toe-offs", "count", ("toe_offs_{side}",), r"toe[-\s]*offs?"),
    Quantity("walking speed", "m/s", (), r"(?:walking|gait)\s+(?:speed|velocity|pace)"),
    Quantity("step length", "m", (), r"step\s+lengths?|stride\s+lengths?"),
    Quantity("step width", "m", (), r"(?:step|stride|base)\s+widths?|base\s+of\s+support|walking\s+base"),
    Quantity("foot clearance", "m", (), r"(?:foot|toe)\s+clearance"),
)  # fmt: skip

QUANTITY: Final[dict[str, Quantity]] = {one.name: one for one in QUANTITIES}

UNITS: Final[tuple[tuple[str, str, float], ...]] = (
    # (pattern, unit, factor to it); the first match counts
    (r"steps?\s*(?:/|per|a)\s*min(?:ute)?s?\b|spm\b", "spm", 1.0),
    (r"m\s*/\s*s\b|met(?:er|re)s?\s+per\s+second", "m/s", 1.0),
    (r"ms\b|milliseconds?\b", "s", 0.001),
    (r"s\b|secs?\b|seconds?\b", "s", 1.0),
    (r"percentage\s+points?\b|points\b", "%", 1.0),
    (r"%|percent\b|per\s+cent\b", "%", 1.0),
    (r"°|deg(?:rees?)?\b", "deg", 1.0),
    (r"cm\b|centimet(?:er|re)s?\b", "m", 0.01),
    (r"mm\b|millimet(?:er|re)s?\b", "m", 0.001),
    (r"m\b|met(?:er|re)s?\b", "m", 1.0),
    (r"fps\b|frames?\b|hz\b|years?\b|strides?\b|steps?\b|cycles?\b", "ignored", 1.0),
)

SIDES: Final[dict[str, Side]] = {
    "left": Side.LEFT,
    "right": Side.RIGHT,
    "L": Side.LEFT,
    "R": Side.RIGHT,
}
SIDE_PATTERN: Final = (
    r"\b(?:[Ll]eft|[Rr]ight|[LR](?=\s|:|\)|,|/|=))(?![-\s]*hand\s+corner)"
)

SMALLER: Final = r"shorter|smaller|lower|fewer|less|quicker|faster|briefer|narrower"
GREATER: Final = r"longer|greater|larger|higher|more|bigger|wider|slower"

CLAUSE: Final = re.compile(
    r";|\bwhile\b|\bwhereas\b|\bbut\b|\balthough\b|\bhowever\b", re.IGNORECASE
)
