"""The film of a clip that people and models see: face-free, else the skeleton."""

from __future__ import annotations

import shutil
from enum import StrEnum

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.privacy.decision import PrivacyDecision
from gaitmodel.core.privacy.deidentify import UNDECIDED, Status, deidentify
from gaitmodel.core.privacy.skeleton_video import render_skeleton
from gaitmodel.core.records import ClipRef, PoseSequence
from gaitmodel.core.sources.synthetic import is_drawn
from gaitmodel.core.store import ClipStore, file_sha256, sweep_scratch, write_json


class NoFilm(StrEnum):
    """Why only a clip's skeleton is shown; kept in its provenance as ``no_film``."""

    NONE = "its source has no film"
    ASKED = "skeleton only was asked for"
    WEIGHTS = "the face detector's weights are missing"
    DOUBT = "its de-identification did not pass"


def make_film(
    ref: ClipRef,
    store: ClipStore,
    pose: PoseSequence,
    *,
    skeleton_only: bool = False,
    decision: PrivacyDecision = UNDECIDED,
) -> bool:
    """Make the film that people and models see, unless it exists; True if made.

    A film of the synthetic cohort shows a drawn figure and is stored re-encoded. Any
    other is stored only if its de-identification passed; else the skeleton is shown
    and no pixel of the original is stored. ``skeleton_only`` also deletes a film stored
    before. A missing film is retried if only the skeleton had been requested, if the
    detector's weights were missing, or if people have made a new ``decision``.
    """
    if skeleton_only:
        withdrawn = _withdrawn(store, ref.clip)
        if is_made(store, ref.clip) and not withdrawn:
            store.add_provenance(ref.clip, no_film=NoFilm.ASKED.value)
            return False
    elif is_made(store, ref.clip) and not _is_due(ref, store, decision):
        return False
    kept = NoFilm.ASKED if skeleton_only else _stored(ref, store, pose, decision)
    if isinstance(kept, NoFilm):
        if not store.skeleton_path(ref.clip).exists():
            render_skeleton(pose, store.skeleton_path(ref.clip))
        shown, frames = "skeleton only, no pixel of the original", len(pose.angles)
    else:
        shown, frames = kept
    store.add_provenance(
        ref.clip,
        film=shown,
        film_sha256=file_sha256(store.shown_video(ref.clip)),
        film_frames=frames,
        no_film=kept.value if isinstance(kept, NoFilm) else "",
    )
    return True


def film_left_for_later(ref: ClipRef, store: ClipStore, pose: PoseSequence) -> bool:
    """Make a film that preparation left out; return whether one was made.

    Where only the skeleton was requested, it is the skeleton.
    """
    if is_made(store, ref.clip):
        return False
    asked = store.read_provenance(ref.clip).get("no_film") == NoFilm.ASKED.value
    return make_film(ref, store, pose, skeleton_only=asked)


def is_made(store: ClipStore, clip: str) -> bool:
    """Whether the store has a film of the clip to show, real or skeleton."""
    paths = (store.video_path(clip), store.skeleton_path(clip))
    known = store.read_provenance(clip)
    return "film_frames" in known and any(path.exists() for path in paths)


def _is_due(ref: ClipRef, store: ClipStore, decision: PrivacyDecision) -> bool:
    """Whether to try again for the film of a clip that shows its skeleton."""
    if store.video_path(ref.clip).exists() or ref.video is None:
        return False
    known = store.read_provenance(ref.clip).get("deidentification", {})
    never_searched = "regions_sha256" not in known  # not requested, or no weights
    decided = known.get("decision", UNDECIDED.to_json())
    return never_searched or decided != decision.to_json()


def _withdrawn(store: ClipStore, clip: str) -> bool:
    """Delete every pixel and trace of the original; return whether there was any."""
    paths = (store.video_path(clip), store.privacy_path(clip))
    folder = store.review_folder(clip)
    sweep_scratch(store.folder(clip))
    there = folder.exists() or any(path.exists() for path in paths)
    for path in paths:
        path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    if "deidentification" in store.read_provenance(clip):
        store.add_provenance(clip, deidentification={})
    return there


def _stored(
    ref: ClipRef, store: ClipStore, pose: PoseSequence, decision: PrivacyDecision
) -> tuple[str, int] | NoFilm:
    """Store the film if it shows no face; return its content and frames, or why not."""
    if ref.video is None:
        return NoFilm.NONE
    target = store.video_path(ref.clip)
    if is_drawn(ref.video):
        frames = write_video(target, every_frame(ref.video), pose.fps)
        return "drawn figure, no face", frames
    noted = ref.annotation
    span = (noted.first_frame, noted.frames) if noted else (0, None)
    try:
        result = deidentify(
            ref.video,
            target,
            pose.fps,
            span=span,
            decision=decision,
            cut_outs=store.review_folder(ref.clip),
        )
    except WeightsError as error:
        store.add_provenance(
            ref.clip, deidentification={"status": "failed", "reason": str(error)}
        )
        return NoFilm.WEIGHTS
    write_json(store.privacy_path(ref.clip), result.to_json())
    store.add_provenance(
        ref.clip,
        deidentification={
            "status": result.status.value,
            "reason": result.reason,
            "detector": result.detector,
            "regions_sha256": file_sha256(store.privacy_path(ref.clip)),
            "decision": decision.to_json(),
        },
    )
    if result.status is not Status.PASSED:
        return NoFilm.DOUBT
    shutil.rmtree(store.review_folder(ref.clip), ignore_errors=True)
    return "faces covered", len(result.regions.faces)
