"""Further labelled rationales, written after the reader was tuned on ``labelled``.

On first evaluation precision was 0.93 and recall 0.98; since then, numbers such as
"(n 5)" are ignored.
"""

HELD_OUT: tuple[tuple[str, str], ...] = (
    (
        "The walker's cadence (112 steps/min) is normal. The swing phase occupies 38% "
        "of the left gait cycle and 39% of the right gait cycle.",
        """value cadence - 112 +
        value swing left 38 +
        value swing right 39 +""",
    ),
    (
        "Knee range is L 58 deg (n 5), R 44 deg (n 6), so the right knee moves less.",
        """value knee_range left 58 +
        value knee_range right 44 +
        smaller knee_range right - +""",
    ),
    (
        "Measured trunk lean of 8 degrees is close to upright, while arm swing of 22 "
        "degrees on the left and 14 degrees on the right shows reduced right arm motion.",
        """value trunk_lean - 8 +
        value arm_swing left 22 +
        value arm_swing right 14 +""",
    ),
    (
        "With a step time of 0.75 s on the left side versus 0.54 s on the right side, "
        "the gait is clearly asymmetric.",
        """value step_time left 0.75 x
        value step_time right 0.54 +
        asymmetric step_time - - x""",
    ),
    (
        "Double support is prolonged at 35 percent, and the stride time CV reaches 9 "
        "percent.",
        """value double_support - 35 x
        value stride_time_variability - 9 x""",
    ),
    (
        "The left foot strikes 4 times and the right foot 5 times.",
        """value heel_strikes left 4 +
        value heel_strikes right 5 +""",
    ),
    (
        "The patient spends 62% of the cycle in stance on the left.",
        "value stance left 62 +",
    ),
    (
        "Hip flexion range 44/41 deg (left/right) and knee range 58/44 deg "
        "(left/right).",
        """value hip_range left 44 +
        value hip_range right 41 +
        value knee_range left 58 +
        value knee_range right 44 +""",
    ),
    (
        "The right side has a longer stride time, 1.08 seconds, than the left side, "
        "1.07 seconds.",
        """greater stride_time right - +
        value stride_time right 1.08 +
        value stride_time left 1.07 +""",
    ),
    (
        "Cadence: 85 steps per minute, lower than normal (100 to 120).",
        "value cadence - 85 x",
    ),
    (
        "There is no difference in step time between the left and right sides, both "
        "being 0.53 s.",
        """value step_time left 0.53 +
        value step_time right 0.53 +""",
    ),
    (
        "Pelvic list range of 7 degrees, trunk lean 8 degrees, and knee flexion peaks "
        "of 63 degrees and 50 degrees on the left and right.",
        """value pelvic_list_range - 7 +
        value trunk_lean - 8 +
        value knee_flexion left 63 +
        value knee_flexion right 50 +""",
    ),
    (
        "The number of toe-offs was 3 on the left but 4 on the right, and heel strikes "
        "numbered 9 in total.",
        """value toe-offs left 3 +
        value toe-offs right 4 +""",
    ),
    (
        "Step length is about 0.4 m and foot clearance is only 2 cm.",
        """value step_length - 0.4 ?
        value foot_clearance - 0.02 ?""",
    ),
    (
        "The swing percentages (left 38%, right 39%) and the stance percentages (left "
        "62%, right 61%) are symmetrical.",
        """value swing left 38 +
        value swing right 39 +
        value stance left 62 +
        value stance right 61 +
        symmetric stance - - +""",
    ),
)
