"""From a source's files to the clip store: pose, metrics, and a face-free film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_to_json
from gaitmodel.core.features.film import make_film
from gaitmodel.core.features.measure import measure
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.media.probe import probe
from gaitmodel.core.pose.blazepose import estimate_pose
from gaitmodel.core.pose.hsmr_run import run_hsmr
from gaitmodel.core.pose.load import FPS_SLACK, has_own_rate, read_pose
from gaitmodel.core.privacy.decision import PrivacyDecision
from gaitmodel.core.privacy.deidentify import UNDECIDED
from gaitmodel.core.records import ClipRef, PoseSequence, VideoInfo
from gaitmodel.core.store import ClipStore, file_sha256, write_json

VERSION = "3"  # of poses: when raised, poses and films are remade
MEASURED = "2"  # of metrics: when raised, ready clips are remeasured from their poses
LENGTH_SLACK = 2  # an estimator may write one or two frames fewer than the film has


@dataclass(frozen=True)
class Prepared:
    """The result of preparing a clip: its features as JSON."""

    clip: str
    features: dict[str, Any]


def prepare_clip(
    ref: ClipRef,
    store: ClipStore,
    *,
    films: bool,
    landmarks: Path | None = None,
    hsmr_home: Path | None = None,
    skeleton_only: bool = False,
    decision: PrivacyDecision = UNDECIDED,
    held: str = "",
) -> Prepared:
    """Measure one clip and make its film; existing results of the same files are kept.

    A clip without a pose file gets its pose from its film: by the checkout of HSMR at
    ``hsmr_home``, else by BlazePose (``landmarks`` names a landmark model other than
    the full one). A clip in use (``held`` says by whom) keeps its pose and film,
    whatever version made them.

    Raises
    ------
    InputError
        If the pose or film cannot be read, or they do not belong together. If a clip
        in use comes with files other than those it was prepared from.
    """
    facts = _files(ref) | {
        "version": VERSION,
        "landmarks_sha256": file_sha256(landmarks) if landmarks else "",
        "hsmr": str(hsmr_home) if hsmr_home and ref.pose is None else "",
    }
    if held:
        facts = _files(ref)
    if _is_fresh(ref, store, facts):
        pose = store.read_pose(ref.clip)
        if store.read_provenance(ref.clip).get("measured") != MEASURED:
            _measure(store, ref.clip, pose)
    elif held:
        raise InputError(
            f"clip {ref.clip!r}: {held}, but its files or their frame rate are not those "
            "that it was prepared from: import them under another name"
        )
    else:
        pose = _pose(ref, landmarks, hsmr_home)
        store.write_pose(ref.clip, pose)
        _measure(store, ref.clip, pose)
        for path in _films(store, ref.clip):
            path.unlink(missing_ok=True)
        store.add_provenance(
            ref.clip, **facts, fps=pose.fps, pose_source=pose.source, notes=pose.notes
        )
    if films:
        make_film(ref, store, pose, skeleton_only=skeleton_only, decision=decision)
    return Prepared(ref.clip, store.read_features(ref.clip))


def _measure(store: ClipStore, clip: str, pose: PoseSequence) -> None:
    write_json(store.features_path(clip), features_to_json(measure(pose)))
    store.add_provenance(clip, measured=MEASURED)


def film_again(ref: ClipRef, store: ClipStore, decision: PrivacyDecision) -> Prepared:
    """Remake only a prepared clip's film, by people's decision, with its stored pose.

    Raises
    ------
    InputError
        If the clip's files are not those it was prepared from.
    """
    known = store.read_provenance(ref.clip)
    if any(known.get(name) != value for name, value in _files(ref).items()):
        raise InputError(
            f"clip {ref.clip!r}: its files are not those that it was prepared from: "
            "run prepare_clips"
        )
    pose = store.read_pose(ref.clip)
    make_film(ref, store, pose, decision=decision)
    return Prepared(ref.clip, store.read_features(ref.clip))


def _files(ref: ClipRef) -> dict[str, str]:
    """The digests of a clip's source files."""
    return {
        "pose_sha256": file_sha256(ref.pose) if ref.pose else "",
        "video_sha256": file_sha256(ref.video) if ref.video else "",
    }


def _films(store: ClipStore, clip: str) -> tuple[Path, ...]:
    return store.video_path(clip), store.skeleton_path(clip), store.privacy_path(clip)


def _is_fresh(ref: ClipRef, store: ClipStore, facts: dict[str, str]) -> bool:
    """Whether the store's results are of these files, at this frame rate."""
    known = store.read_provenance(ref.clip)
    if any(known.get(name) != value for name, value in facts.items()):
        return False
    if ref.fps is not None and abs(known.get("fps", 0.0) - ref.fps) > _slack(ref):
        return False
    paths = (store.pose_path(ref.clip), store.features_path(ref.clip))
    return all(path.exists() for path in paths)


def _slack(ref: ClipRef) -> float:
    """How far a stated rate may differ from the stored one; 0 if no file has a rate."""
    is_told = ref.video is None and ref.pose is not None and not has_own_rate(ref.pose)
    return 0.0 if is_told else FPS_SLACK


def _pose(ref: ClipRef, landmarks: Path | None, hsmr_home: Path | None) -> PoseSequence:
    """The clip's angles, with the film's own frame rate where there is a film."""
    if ref.video is None:
        if ref.pose is None:
            raise InputError(f"clip {ref.clip!r} has neither a film nor a pose")
        return read_pose(ref.pose, ref.fps)
    film = probe(ref.video)
    if ref.fps is not None and abs(ref.fps - film.fps) > FPS_SLACK:
        raise InputError(
            f"clip {ref.clip!r}: the manifest says {ref.fps:g} fps but "
            f"{ref.video.name} runs at {film.fps:g}"
        )
    if ref.pose is None:
        return _estimated(ref, ref.video, film, landmarks, hsmr_home)
    count = film_span(ref, film.frames)[1]
    pose = read_pose(ref.pose, film.fps)
    if not 0 <= count - len(pose.angles) <= LENGTH_SLACK:
        raise InputError(
            f"clip {ref.clip!r}: {ref.video.name} has {count} frames but its "
            f"pose {ref.pose.name} has {len(pose.angles)}"
        )
    return pose


def _estimated(
    ref: ClipRef,
    video: Path,
    film: VideoInfo,
    landmarks: Path | None,
    hsmr_home: Path | None,
) -> PoseSequence:
    """The pose of the clip's frames in its film."""
    first, count = film_span(ref, film.frames)
    if hsmr_home is None:
        frames = every_frame(video, first, count)
        return estimate_pose(frames, film.fps, landmarks).pose
    if count != film.frames:
        raise InputError(
            f"clip {ref.clip!r}: HSMR runs on whole films, and this clip is {count} of "
            f"the {film.frames} frames of {video.name}: cut the film to it"
        )
    return run_hsmr(hsmr_home, video, film.fps)


def film_span(ref: ClipRef, frames: int) -> tuple[int, int]:
    """(first, count) of the clip's frames in its film of ``frames`` frames.

    Raises
    ------
    InputError
        If a source annotated more frames than the film has, or a cut film has more.
    """
    if ref.annotation is None:
        return 0, frames
    first, count = ref.annotation.first_frame, ref.annotation.frames
    missing = first + count - frames
    cut = ref.video is not None and ref.video.stem == ref.clip
    if missing > LENGTH_SLACK or (cut and missing < -LENGTH_SLACK):
        raise InputError(
            f"clip {ref.clip!r}: its source annotates {count} frames from frame "
            f"{first}, but the film has {frames}"
        )
    return first, min(count, frames - first)
