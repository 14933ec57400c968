"""The folders of model work, and what a system may read of a clip's row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.codec import features_from_json
from gaitmodel.core.features.film import film_left_for_later
from gaitmodel.core.records import Split
from gaitmodel.core.systems.base import ClipInput, LabelledClip
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.core.training.workplace import Fitted, Untrained, Workplace
from gaitmodel.models import Clip
from gaitmodel.preparing import note_film
from gaitmodel.selectors import clip_files, clip_film, clip_ref, clips_to_prepare


def workplace(*, cached: bool = True) -> Workplace:
    """The folders that the settings name."""
    return Workplace(
        backbones=settings.BACKBONE_DIR,
        checkpoints=settings.CHECKPOINT_DIR,
        cache=settings.FEATURE_CACHE if cached else None,
    )


def clip_input(clip: Clip, *, film: bool = True) -> ClipInput:
    """What a system may read of a prepared clip's row: no label, no subject.

    If ``film`` is requested but ``prepare_clips --no-films`` left it out, it is made.
    """
    store = clip_files(clip)
    pose = store.read_pose(clip.name)
    if film and film_left_for_later(clip_ref(clip), store, pose):
        note_film(clip)
    return ClipInput(
        clip=clip.name,
        film=clip_film(clip) if film else None,
        pose=pose,
        features=features_from_json(clip.features or {}),
    )


def labelled(clip: Clip, *, film: bool) -> LabelledClip:
    given = clip_input(clip, film=film)
    return LabelledClip(given, GaitClass(clip.label), clip.subject.name)


def refuse_seen(system: Fitted | Untrained, clips: Iterable[Clip]) -> None:
    """Refuse test clips of subjects that the checkpoint was trained on.

    Raises
    ------
    InputError
        If there is one: the clips were split again after the training.
    """
    for clip in clips:
        if clip.split == Split.TEST and system.has_seen(clip.subject.name):
            raise InputError(
                f"clip {clip.name!r} stands in split 'test', but checkpoint "
                f"{system.checkpoint} was trained or chosen on its subject "
                f"{clip.subject.name!r}: train it again on the present split"
            )


def unready(splits: Sequence[str], *, skip: bool) -> dict[str, str]:
    """Clips of these splits that are not prepared, each with the reason.

    Raises
    ------
    InputError
        If there is one and ``skip`` is false.
    """
    missing = {
        clip.name: clip.reason or "it is imported but not prepared"
        for clip in clips_to_prepare().filter(split__in=splits)
    }
    if missing and not skip:
        name, reason = next(iter(missing.items()))
        raise InputError(
            f"clip {name!r} is not ready ({reason}), and {len(missing) - 1} more: run "
            "prepare_clips, or leave them out with --skip-failed"
        )
    return missing
