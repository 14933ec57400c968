"""Rationales with every claim labelled by hand, in the styles of Figures 3 and 4.

One line per claim: kind, quantity, side, value, verdict. The verdict is that of the
walk in ``WALK``: + supported, x contradicted, ? unsupported.
"""

import numpy as np

from gaitmodel.core.records import (
    GaitEvents,
    GaitFeatures,
    Metric,
    Quality,
    Side,
    View,
)

_VALUES = {
    "cadence_spm": (112.0, "steps/min"),
    "step_time_left_s": (0.53, "s"),
    "step_time_right_s": (0.54, "s"),
    "stride_time_left_s": (1.07, "s"),
    "stride_time_right_s": (1.08, "s"),
    "swing_percent_left": (38.0, "%"),
    "swing_percent_right": (39.0, "%"),
    "stance_percent_left": (62.0, "%"),
    "stance_percent_right": (61.0, "%"),
    "double_support_percent_left": (24.0, "%"),
    "double_support_percent_right": (23.0, "%"),
    "single_support_percent_left": (39.0, "%"),
    "single_support_percent_right": (38.0, "%"),
    "stride_time_cv_percent_left": (3.0, "%"),
    "stride_time_cv_percent_right": (4.0, "%"),
    "knee_rom_left_deg": (58.0, "deg"),
    "knee_rom_right_deg": (44.0, "deg"),
    "knee_flexion_peak_left_deg": (63.0, "deg"),
    "knee_flexion_peak_right_deg": (50.0, "deg"),
    "hip_rom_left_deg": (44.0, "deg"),
    "hip_rom_right_deg": (41.0, "deg"),
    "hip_flexion_peak_left_deg": (32.0, "deg"),
    "hip_flexion_peak_right_deg": (30.0, "deg"),
    "hip_extension_peak_left_deg": (12.0, "deg"),
    "hip_extension_peak_right_deg": (11.0, "deg"),
    "trunk_lean_deg": (8.0, "deg"),
    "pelvis_list_rom_deg": (7.0, "deg"),
    "trunk_bend_rom_deg": (6.0, "deg"),
    "arm_swing_left_deg": (22.0, "deg"),
    "arm_swing_right_deg": (14.0, "deg"),
    "heel_strikes_left": (4.0, "count"),
    "heel_strikes_right": (5.0, "count"),
    "toe_offs_left": (3.0, "count"),
    "toe_offs_right": (4.0, "count"),
}


def _metrics() -> dict[str, Metric]:
    found = {
        key: Metric(key, value, unit, 4, Quality.GOOD)
        for key, (value, unit) in _VALUES.items()
    }
    for side in Side:
        key = f"ankle_rom_{side}_deg"
        reason = "the angle is not observed"
        found[key] = Metric(key, None, "deg", 0, Quality.NOT_MEASURABLE, reason, side)
    return found


_NONE = np.array([])
WALK = GaitFeatures(
    30.0, 150, View.LEFT, GaitEvents(_NONE, _NONE, _NONE, _NONE), _metrics()
)

FIGURE_4 = (
    "1) Final diagnosis class: degenerative cervical myelopathy (DCM)\n"
    "2) Rationale: The gait analysis shows a cadence of 185.29 steps per minute. The "
    "left and right step times are 0.45 and 0.43 seconds, respectively, with a minimal "
    "difference of 0.016 seconds, suggesting symmetrical step timing. However, the left "
    "stride time is 0.75 seconds compared to the right stride time of 0.88 seconds, "
    "indicating a slight asymmetry in stride duration. The left swing percent is 85.49% "
    "and the right swing percent is 84.90%, showing a high percentage of time spent in "
    "the swing phase, which may reflect compensatory mechanisms."
)

CASES: tuple[tuple[str, str], ...] = (
    (
        FIGURE_4,
        """value cadence - 185.29 x
        value step_time left 0.45 x
        value step_time right 0.43 x
        difference step_time - 0.016 +
        symmetric step_time - - +
        value stride_time left 0.75 x
        value stride_time right 0.88 x
        asymmetric stride_time - - x
        value swing left 85.49 x
        value swing right 84.90 x""",
    ),
    (
        "The model identifies muscle weakness, citing high steps per minute (173.68) "
        "and increased double support time.",
        "value cadence - 173.68 x",
    ),
    (
        "Left step time is significantly shorter (0.5s vs. 0.81s), showing an imbalance "
        "in limb propulsion.",
        """smaller step_time left - +
        value step_time left 0.5 +
        value step_time right 0.81 x""",
    ),
    (
        "There are more toe-offs on the right side (4) compared to the left (3), and "
        "the swing percentage is 38% on the left.",
        """greater toe-offs right - +
        value toe-offs right 4 +
        value toe-offs left 3 +
        value swing left 38 +""",
    ),
    (
        "The individual exhibits a slow and cautious gait, which may suggest discomfort "
        "or limited mobility. The posture appears slightly hunched. The use of a "
        "walking aid suggests a need for additional support.",
        "",
    ),
    (
        "The individual demonstrates a regular walking pattern with a consistent stride "
        "length and smooth arm swing. There are no visible signs of abnormal gait "
        "deviations or asymmetries.",
        "symmetric step_time - - +",
    ),
    (
        "Cadence is 112 steps/min with step times of 0.53 s (left) and 0.54 s (right).",
        """value cadence - 112 +
        value step_time left 0.53 +
        value step_time right 0.54 +""",
    ),
    (
        "On the left, step time is 0.45 s, swing is 38% and knee range of motion 50 "
        "degrees; on the right 0.54 s, 39% and 44 degrees.",
        """value step_time left 0.45 x
        value swing left 38 +
        value knee_range left 50 x
        value step_time right 0.54 +
        value swing right 39 +
        value knee_range right 44 +""",
    ),
    (
        "There are 4 heel strikes on the left and 5 on the right.",
        """value heel_strikes left 4 +
        value heel_strikes right 5 +""",
    ),
    (
        "About 38% of the gait cycle is spent in swing and 62% in stance.",
        """value swing - 38 +
        value stance - 62 +""",
    ),
    (
        "Walking speed was 1.2 m/s and step length 0.65 m.",
        """value walking_speed - 1.2 ?
        value step_length - 0.65 ?""",
    ),
    (
        "Right knee flexion is limited (50°) whereas the left knee flexion reaches 63°.",
        """value knee_flexion right 50 +
        value knee_flexion left 63 +""",
    ),
    (
        "The cadence of about 110 steps per minute is within the normal range of "
        "100-120 steps per minute.",
        "value cadence - 110 +",
    ),
    (
        "Cadence exceeds 150 steps per minute, and the swing phase is below 30%.",
        """at_least cadence - 150 x
        at_most swing - 30 x""",
    ),
    (
        "Double support takes more than 20% of the cycle and trunk lean stays under 10 "
        "degrees.",
        """at_least double_support - 20 +
        at_most trunk_lean - 10 +""",
    ),
    (
        "The right step time is longer than the left.",
        "greater step_time right - +",
    ),
    (
        "The left step time is longer than the right one, and the left knee range of "
        "motion is smaller than the right.",
        """greater step_time left - x
        smaller knee_range left - x""",
    ),
    (
        "Compared to the right, the left arm swing is larger, and the gait is "
        "asymmetrical.",
        """greater arm_swing left - +
        asymmetric step_time - - x""",
    ),
    (
        "Arm swing is asymmetric (22 degrees on the left versus 14 degrees on the "
        "right).",
        """asymmetric arm_swing - - +
        value arm_swing left 22 +
        value arm_swing right 14 +""",
    ),
    (
        "Stride time variability is 3% on the left and 4% on the right, indicating a "
        "steady rhythm.",
        """value stride_time_variability left 3 +
        value stride_time_variability right 4 +""",
    ),
    (
        "The patient shows a forward trunk lean of 22 degrees with an arm swing of only "
        "5 degrees on both sides.",
        """value trunk_lean - 22 x
        value arm_swing - 5 x""",
    ),
    (
        "The ankle range of motion is 25 degrees on the right.",
        "value ankle_range right 25 ?",
    ),
    (
        "A 7° pelvic drop is seen with a hip range of 44° on the left and 41° on the "
        "right.",
        """value pelvic_list_range - 7 +
        value hip_range left 44 +
        value hip_range right 41 +""",
    ),
    (
        "Step time (L 0.53 s, R 0.62 s) and swing (L 38%, R 39%) were measured.",
        """value step_time left 0.53 +
        value step_time right 0.62 x
        value swing left 38 +
        value swing right 39 +""",
    ),
    (
        "The left and right swing percentages of 38% and 39% are symmetric.",
        """value swing left 38 +
        value swing right 39 +
        symmetric swing - - +""",
    ),
    (
        "Step times differ by 0.1 s between the sides.",
        "difference step_time - 0.1 x",
    ),
    (
        "The step time asymmetry of 2% is negligible.",
        "difference step_time - 2 +",
    ),
    (
        "Stance phase is 62% for the left leg and 61% for the right leg, with double "
        "support of 24% and 23%, respectively.",
        """value stance left 62 +
        value stance right 61 +
        value double_support left 24 +
        value double_support right 23 +""",
    ),
    (
        "The stride time is 1.07 s. The right is 1.30 s.",
        """value stride_time - 1.07 +
        value stride_time right 1.30 x""",
    ),
    (
        "No asymmetry in step timing was found; however, the knee motion is clearly "
        "asymmetrical.",
        """symmetric step_time - - +
        asymmetric knee_range - - +""",
    ),
    (
        "Hip extension reaches 12 degrees on the left and only 2 degrees on the right.",
        """value hip_extension left 12 +
        value hip_extension right 2 x""",
    ),
    (
        "Fewer heel strikes were detected on the left (4) than on the right (5).",
        """smaller heel_strikes left - +
        value heel_strikes left 4 +
        value heel_strikes right 5 +""",
    ),
    (
        "The cadence of 90 steps/min is lower than the normal 100-120 steps/min.",
        "value cadence - 90 x",
    ),
    (
        "Step width is increased to 18 cm, and the base of support is wide.",
        "value step_width - 0.18 ?",
    ),
    (
        "Both the left and right knees move through 58 and 44 degrees of range of "
        "motion.",
        """value knee_range left 58 +
        value knee_range right 44 +""",
    ),
    (
        "Knee flexion peaks at 63 degrees on the left, 13 degrees more than on the "
        "right.",
        """value knee_flexion left 63 +
        difference knee_flexion - 13 +
        greater knee_flexion left - +""",
    ),
    (
        "Single support lasts 39% of the left stride and 38% of the right stride.",
        """value single_support left 39 +
        value single_support right 38 +""",
    ),
    (
        "The gait is symmetrical, with cadence at 112 spm and stride times of 1.07 s "
        "and 1.08 s.",
        """symmetric step_time - - +
        value cadence - 112 +
        value stride_time - 1.07 +
        value stride_time - 1.08 +""",
    ),
    (
        "Over 5 strides in 150 frames at 30 fps, the mean step duration was 535 ms.",
        "value step_time - 0.535 +",
    ),
    (
        "The swing phase is reduced to 25 percent on the right side, while on the left "
        "side it is 38 percent.",
        """value swing right 25 x
        value swing left 38 +""",
    ),
    (
        "Lateral trunk sway of 20° and a pelvic list range of 15° point to proximal "
        "weakness.",
        """value trunk_sway - 20 x
        value pelvic_list_range - 15 x""",
    ),
    (
        "Toe-offs: 3 on the left, 4 on the right. Heel strikes: 4 left, 5 right.",
        """value toe-offs left 3 +
        value toe-offs right 4 +
        value heel_strikes left 4 +
        value heel_strikes right 5 +""",
    ),
    (
        "Cadence ranges from 108 to 115 steps per minute.",
        "range cadence - 108 +",
    ),
    (
        "The left double support percentage (24%) is slightly higher than the right "
        "(23%).",
        """greater double_support left - +
        value double_support left 24 +
        value double_support right 23 +""",
    ),
    (
        "A longer step time on the right (0.54 s) than on the left (0.53 s) suggests "
        "mild guarding.",
        """greater step_time right - +
        value step_time right 0.54 +
        value step_time left 0.53 +""",
    ),
    (
        "The knee range of motion is lower on the right side.",
        "smaller knee_range right - +",
    ),
    (
        "With 120 steps per minute, a swing of 40% and a stance of 60%, the walk is "
        "normal; healthy adults have a cadence of about 110.",
        """value cadence - 120 x
        value swing - 40 +
        value stance - 60 +""",
    ),
    (
        "The patient takes shorter steps than expected and walks more slowly than "
        "normal.",
        "",
    ),
    (
        "Knee excursion is 58 degrees left and 44 degrees right, a 14-degree "
        "difference.",
        """value knee_range left 58 +
        value knee_range right 44 +
        difference knee_range - 14 +""",
    ),
    (
        "Right arm swing amplitude is smaller than left (14° vs 22°).",
        """smaller arm_swing right - +
        value arm_swing right 14 +
        value arm_swing left 22 +""",
    ),
    (
        "The double support time is 0.3 s.",
        "value double_support - 0.3 ?",
    ),
    (
        "**Cadence:** 111.6 steps/min\n**Left swing:** 38.2 %\n**Right swing:** 41.9 %",
        """value cadence - 111.6 +
        value swing left 38.2 +
        value swing right 41.9 x""",
    ),
    (
        "The left stride time (1.07 seconds) and right stride time (1.08 seconds) are "
        "nearly equal, without asymmetry.",
        """value stride_time left 1.07 +
        value stride_time right 1.08 +
        symmetric stride_time - - +""",
    ),
    (
        "The trunk leans forward and the knees stay bent, as in crouch gait.",
        "",
    ),
    (
        "Peak hip flexion of 32 degrees on the left side is greater than the 30 degrees "
        "on the right side.",
        """value hip_flexion left 32 +
        value hip_flexion right 30 +
        greater hip_flexion left - +""",
    ),
)
