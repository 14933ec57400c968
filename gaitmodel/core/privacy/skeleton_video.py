"""The privacy path: any SKEL-46 sequence as a skeleton film, without a person's pixels.

The walker is seen from the real camera's direction, in place, at constant size; the
ground moves beneath them, and the lower foot stands on it. The walker's right limbs
are in warm colours, the left ones in cool; limbs away from the camera are paler. A limb
whose angles were not observed is not drawn, and a caption says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gaitmodel.core.media.encode import video_writer
from gaitmodel.core.pose.kinematics import to_gravity
from gaitmodel.core.privacy.skeleton_canvas import Canvas
from gaitmodel.core.privacy.skeleton_scene import Scene, lay_out
from gaitmodel.core.records import ByteArray, PoseSequence

SIZE: Final = (384, 384)


def render_skeleton(
    pose: PoseSequence, path: Path, *, size: tuple[int, int] = SIZE
) -> None:
    """Write ``pose`` as an H.264 film at its own frame rate.

    ``size`` is (width, height) in even pixels. The same pose gives the same bytes.

    Raises
    ------
    VideoError
        If a side is odd.
    """
    scene = skeleton_scene(pose, size)
    canvas = Canvas(scene)
    with video_writer(path, size, pose.fps) as film:
        for frame in range(len(pose.angles)):
            film.write(canvas.frame(frame))


def skeleton_scene(pose: PoseSequence, size: tuple[int, int]) -> Scene:
    """The drawn joints, the ground and the caption of every frame."""
    upright = to_gravity(pose)
    return lay_out(upright.angles, upright.fps, size)


def skeleton_frame(pose: PoseSequence, frame: int, size: tuple[int, int]) -> ByteArray:
    """One frame of the film, (H, W, 3) uint8 RGB."""
    return Canvas(skeleton_scene(pose, size)).frame(frame)
