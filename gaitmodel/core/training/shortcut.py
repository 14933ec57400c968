"""The shortcut test: does a system look at the gait, or at the room? (section 4)

Every system is trained on synthetic films in which room, clothes and camera side reveal
the class, and then tested twice on walks of other people: filmed as in training, and
with the scenes of the classes swapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from gaitmodel.core.config import FusionConfig, GenerationConfig, TrainConfig
from gaitmodel.core.features.measure import measure
from gaitmodel.core.records import ClipFilm
from gaitmodel.core.scoring.shortcut import ShortcutRow
from gaitmodel.core.sources.synthetic_film import write_film
from gaitmodel.core.sources.synthetic_plan import FPS
from gaitmodel.core.sources.synthetic_shortcut import StagedClip, TrapCohort
from gaitmodel.core.store import file_sha256
from gaitmodel.core.systems.base import ClipInput, LabelledClip
from gaitmodel.core.systems.registry import system_entry
from gaitmodel.core.training.fit import Report, fit_system
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.workplace import Workplace

SIZE = (320, 240)


def drawn_clips(
    folder: Path, clips: Sequence[StagedClip], duration_s: float
) -> list[LabelledClip]:
    """Generate and film the clips; films of identical walks are reused."""
    ready = []
    for clip in clips:
        walked = clip.walk(duration_s)
        pose = clip.pose(walked)
        shown = sha256(pose.angles.tobytes())
        shown.update(repr((clip.stage, clip.subject.walker.body, SIZE)).encode())
        path = folder / f"{clip.name}-{shown.hexdigest()[:16]}.mp4"
        if not path.exists():
            write_film(path, clip.film(walked, SIZE), FPS)
        film = ClipFilm(path, file_sha256(path), len(pose.angles))
        given = ClipInput(clip.name, film, pose, measure(pose))
        ready.append(LabelledClip(given, clip.subject.label, clip.subject.name))
    return ready


def shortcut_test(
    backbones: Mapping[str, str],
    cohort: TrapCohort,
    folder: Path,
    place: Workplace,
    training: TrainConfig,
    fusion: FusionConfig,
    clock: Callable[[], datetime],
    report: Report,
    duration_s: float = 3.5,
) -> list[ShortcutRow]:
    """Train and test each system (key: backbone); zero-shot systems are only tested."""
    report(0.0, "filming the walkers")
    films = folder / "films"
    train, val, test, swapped = (
        drawn_clips(films, part, duration_s)
        for part in (cohort.train, cohort.val, cohort.test, cohort.swapped)
    )
    rows = []
    for number, (key, backbone) in enumerate(backbones.items()):

        def within(
            share: float, stage: str, number: int = number, key: str = key
        ) -> None:
            report((number + share) / len(backbones), f"{key}: {stage}")

        trained = None
        if system_entry(key).trained:
            request = TrainRequest(key, backbone, training, fusion)
            trained = fit_system(request, train, val, place, within, clock)
        system = place.answering(key, backbone, fusion, GenerationConfig(), trained)
        shares = []
        for part in (test, swapped):
            answers = system.predict([c.given for c in part], lambda i, n: None)
            right = [a.label is c.label for a, c in zip(answers, part, strict=True)]
            shares.append(float(np.mean(right)))
        title = system_entry(key).title
        rows.append(ShortcutRow(key, title, backbone, len(test), *shares))
    return rows
