"""Joint-angle curves of normal walking over one gait cycle, in degrees.

Harmonic fits theta(phi) = a0 + sum_k [c_k cos(2 pi k phi) + s_k sin(2 pi k phi)],
phi = 0 at the heel strike of the curve's own leg, 0.62 at its toe-off. Fitted to the
mean of four force-plate-cut cycles of a healthy adult at 1.1 m/s (marker trial of
the python-gaitalytics project, MIT licence); errors of the fits below 0.9 degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from gaitmodel.core.records import FloatArray


@dataclass(frozen=True)
class Curve:
    """One harmonic fit; ``mean`` is a0."""

    mean: float
    cos: tuple[float, ...]
    sin: tuple[float, ...]

    def swing(self, phase: FloatArray) -> FloatArray:
        """The curve without its mean at ``phase`` (cycles), any shape."""
        total = np.zeros_like(phase)
        for k, (c, s) in enumerate(zip(self.cos, self.sin, strict=True), start=1):
            total += c * np.cos(2 * np.pi * k * phase) + s * np.sin(
                2 * np.pi * k * phase
            )
        return total


HIP_FLEXION: Final = Curve(
    11.601,
    (20.942, -3.329, 0.525, 0.551, 0.213),
    (-5.936, -0.089, 2.316, -0.032, 0.309),
)
KNEE: Final = Curve(
    24.755,
    (-3.478, -13.299, 1.610, 0.289, 0.764, 0.613),
    (-20.459, 11.322, 5.574, 0.771, 0.869, -0.296),
)
ANKLE: Final = Curve(
    2.571,
    (-4.565, 1.590, -3.873, 1.942, -0.407, 0.493),
    (5.864, -5.246, 0.897, -0.199, -0.751, 0.025),
)
HIP_ADDUCTION: Final = Curve(
    4.328, (-2.057, -0.591, -1.468, 0.131), (6.284, -0.216, 0.498, 0.206)
)
SHOULDER_FLEXION: Final = Curve(
    -12.277, (-13.073, -0.394, -0.096), (3.275, -0.550, 0.886)
)
ELBOW: Final = Curve(44.546, (-7.777, 3.086, -0.880), (-0.067, -2.294, -0.875))

# Of the midline: phase of the right leg.
PELVIS_TILT: Final = Curve(-2.966, (0.070, -0.900, 0.002), (-0.373, 0.292, -0.075))
PELVIS_LIST: Final = Curve(0.034, (0.280, 0.058, 0.867), (-2.901, 0.010, -0.330))
PELVIS_ROTATION: Final = Curve(-0.177, (4.265, 0.026, -0.213), (-0.161, 0.214, -0.477))
LUMBAR_BENDING: Final = Curve(0.002, (1.199, 0.050, -1.035), (3.281, 0.179, 0.860))
LUMBAR_TWIST: Final = Curve(-0.109, (5.486, 0.017, -0.630), (-0.383, 0.138, 0.260))
