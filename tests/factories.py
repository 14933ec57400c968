"""Clips, rationales and studies for tests, without torch and with one tiny film."""

import shutil
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from django.conf import settings

from annotations.core.instrument.protocol import Protocol
from annotations.models import Study
from annotations.services import study_create
from gaitmodel.core.features.prepare import Prepared, prepare_clip
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.store import ClipStore
from gaitmodel.models import Clip, Rationale, Subject
from gaitmodel.preparing import note
from gaitmodel.selectors import clip_ref, clip_store

SYSTEMS = ("zqx-canary-one", "zqx-canary-two", "zqx-canary-three")
CLIP_CANARY = "zqxclip"
PATIENT_CANARY = "zqxpatient"
SEED = bytes(range(32))


@cache
def tiny_film() -> Path:
    """Ten frames of a bright moving square; written once per session."""
    path = Path(mkdtemp()) / "tiny.mp4"
    frames = []
    for step in range(10):
        frame = np.full((64, 96, 3), 30, np.uint8)
        frame[20:44, 8 * step : 8 * step + 16] = 220
        frames.append(frame)
    write_video(path, frames, 10.0)
    return path


def clip(number: int, patient: str = "", label: str = "dcm") -> Clip:
    """A prepared clip with its film in the store."""
    name = f"{CLIP_CANARY}{number:03}"
    subject, _ = Subject.objects.get_or_create(
        name=patient or f"{PATIENT_CANARY}{number % 6}"
    )
    film = ClipStore(settings.CLIP_STORE).skeleton_path(name)
    film.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(tiny_film(), film)
    return Clip.objects.create(
        name=name,
        subject=subject,
        label=label,
        source="zqxsource",
        split="test",
        pose="pose.npz",
        fps=10.0,
        state=Clip.State.READY,
    )


def rationale(of: Clip, system: str, text: str = "") -> Rationale:
    return Rationale.objects.create(
        clip=of,
        system=system,
        label="normal",
        text=text or f"1) Final diagnosis class: normal\n2) Rationale: text {of.pk}.",
        prompt_sha256="0" * 64,
    )


def clips_with_rationales(
    n: int, systems: Sequence[str] = SYSTEMS, start: int = 0
) -> list[Clip]:
    """Clips of six patients; each system's texts have their own length and words."""
    clips = [clip(start + number) for number in range(n)]
    for one in clips:
        for turn, system in enumerate(systems):
            rationale(
                one,
                system,
                "1) Final diagnosis class: normal\n2) Rationale: "
                f"The walk {one.pk} has {'a long even ' * (turn + 1)}stride.",
            )
    return clips


def study(
    name: str = "First",
    *,
    n_cases: int = 12,
    n_raters: int = 2,
    start: int = 0,
    seed: bytes | None = SEED,
    protocol: Protocol | None = None,
    overlap: int = 0,
    repeats: int = 0,
) -> Study:
    """A draft study over fresh clips."""
    clips = clips_with_rationales(n_cases, start=start)
    return study_create(
        name=name,
        systems=SYSTEMS,
        n_raters=n_raters,
        clips=[one.name for one in clips],
        protocol=protocol,
        target=SYSTEMS[0],
        seed=seed,
        overlap=overlap,
        repeats=repeats,
    )


def prepare(clip: Clip, *, skeleton_only: bool = False, films: bool = True) -> None:
    """Prepare an imported clip with its film, as ``prepare_clips`` does."""
    outcome: Future[Prepared] = Future()
    ref, store = clip_ref(clip), clip_store()
    made = prepare_clip(ref, store, films=films, skeleton_only=skeleton_only)
    outcome.set_result(made)
    note(clip, outcome)
