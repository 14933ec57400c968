"""From a source's files to the clip store: pose, metrics, and a film without a face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_to_json
from gaitmodel.core.features.measure import measure
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.probe import opened, probe
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.privacy.skeleton_video import render_skeleton
from gaitmodel.core.records import ByteArray, ClipRef, PoseSequence
from gaitmodel.core.store import ClipStore, file_sha256, write_json

VERSION = "1"
LENGTH_SLACK = 2  # an estimator may write one or two frames fewer than the film has


@dataclass(frozen=True)
class Prepared:
    """What preparing a clip gave: its features as JSON and its frame rate."""

    clip: str
    features: dict[str, Any]
    fps: float


def prepare_clip(ref: ClipRef, store: ClipStore, *, films: bool) -> Prepared:
    """Measure one clip and make its film; work already done from the same files stays.

    A synthetic film shows a drawn figure and is stored re-encoded. Any other film
    stays out of the store, and the skeleton is shown in its place, until a
    de-identification has passed it.

    Raises
    ------
    InputError
        If the pose or film cannot be read, or they do not belong together.
    """
    pose = _pose(ref)
    facts = {
        "version": VERSION,
        "pose_sha256": file_sha256(ref.pose) if ref.pose else "",
        "video_sha256": file_sha256(ref.video) if ref.video else "",
        "fps": pose.fps,
    }
    known = store.read_provenance(ref.clip)
    fresh = any(known.get(name) != value for name, value in facts.items())
    if fresh or not store.features_path(ref.clip).exists():
        store.write_pose(ref.clip, pose)
        write_json(store.features_path(ref.clip), features_to_json(measure(pose)))
        for path in (store.video_path(ref.clip), store.skeleton_path(ref.clip)):
            path.unlink(missing_ok=True)
        store.add_provenance(ref.clip, **facts)
    if films:
        make_film(ref, store, pose)
    return Prepared(ref.clip, store.read_features(ref.clip), pose.fps)


def _pose(ref: ClipRef) -> PoseSequence:
    """The clip's angles, with the film's own frame rate where there is a film."""
    if ref.pose is None:
        raise InputError(
            f"clip {ref.clip!r} has a film but no pose file; estimate its pose first "
            "(HSMR or another source) and name it in the manifest's pose column"
        )
    if ref.video is None:
        return read_pose(ref.pose, ref.fps)
    film = probe(ref.video)
    pose = read_pose(ref.pose, film.fps)
    short = film.frames - len(pose.angles)
    if not 0 <= short <= LENGTH_SLACK:
        raise InputError(
            f"clip {ref.clip!r}: {ref.video.name} has {film.frames} frames but its "
            f"pose {ref.pose.name} has {len(pose.angles)}"
        )
    if ref.fps is not None and abs(ref.fps - film.fps) > 0.5:
        raise InputError(
            f"clip {ref.clip!r}: the manifest says {ref.fps:g} fps but "
            f"{ref.video.name} runs at {film.fps:g}"
        )
    return pose


def make_film(ref: ClipRef, store: ClipStore, pose: PoseSequence) -> None:
    """Make the film that people and models see, unless it is there."""
    drawn = ref.video is not None and ref.source == "synthetic"
    target = (store.video_path if drawn else store.skeleton_path)(ref.clip)
    if target.exists():
        return
    if drawn and ref.video is not None:
        frames = write_video(target, _frames(ref.video), pose.fps)
    else:
        render_skeleton(pose, target)
        frames = len(pose.angles)
    store.add_provenance(
        ref.clip,
        film="drawn figure, no face"
        if drawn
        else "skeleton only, no pixel of the original",
        film_sha256=file_sha256(target),
        film_frames=frames,
    )


def _frames(path: Path) -> Iterator[ByteArray]:
    """Every frame of a film as RGB, so that re-encoding drops all else it carries."""
    with opened(path) as (container, stream):
        for frame in container.decode(stream):
            yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
