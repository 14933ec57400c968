"""Measure imported clips and make the films that people and models see."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.prepare import Prepared, film_again, prepare_clip
from gaitmodel.holding import clips_held
from gaitmodel.management.base import GaitCommand, progress_bar
from gaitmodel.models import Clip
from gaitmodel.preparing import note
from gaitmodel.selectors import (
    clip_ref,
    clip_store,
    clips_to_prepare,
    review_decision,
    reviews_open,
)


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-films", action="store_true", help="only measure; make the films later"
        )
        parser.add_argument(
            "--all", action="store_true", help="prepare ready clips again too"
        )
        parser.add_argument("--clips", help="these clips only: ID,ID,...")
        parser.add_argument(
            "--skeleton-only",
            action="store_true",
            help="store no pixel of any real film, not even de-identified",
        )
        parser.add_argument(
            "--landmarks", type=Path, help="another BlazePose landmark model (.tflite)"
        )
        parser.add_argument(
            "--hsmr-home",
            type=Path,
            default=os.environ.get("HSMR_HOME"),
            help="a checkout of HSMR for films without a pose (HSMR_HOME)",
        )
        parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 16))

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Clip.objects.all() if options["all"] else clips_to_prepare()
        if options["workers"] < 1:
            raise InputError(f"--workers must be at least 1, not {options['workers']}")
        if options["clips"]:
            chosen = _named(options["clips"])
        clips = {clip.name: clip for clip in chosen.select_related("subject")}
        failed = 0
        with progress_bar("preparing") as show:
            work = partial(
                prepare_clip,
                store=clip_store(),
                films=not options["no_films"],
                landmarks=options["landmarks"],
                hsmr_home=options["hsmr_home"],
                skeleton_only=options["skeleton_only"],
            )
            held = self._held(clips, options)
            # Among ready clips, only those whose film people have decided on are due.
            chosen_by_hand = options["all"] or options["clips"]
            plain = not (options["no_films"] or options["skeleton_only"])
            again = None
            if plain and not chosen_by_hand:
                again = partial(film_again, store=clip_store())
            done = _prepared(clips, options["workers"], work, again, held)
            for number, (name, outcome) in enumerate(done, start=1):
                failed += not note(clips[name], outcome)
                show(number / len(clips), name)
        self.stdout.write(f"{len(clips) - failed} clips ready, {failed} failed")
        if waiting := reviews_open().count():
            self.stdout.write(
                f"{waiting} film(s) show their skeleton until somebody has checked "
                "what may be a face: see Clips, Films in doubt"
            )
        if failed:
            reasons = [
                f"{clip.name}: {clip.reason}"
                for clip in Clip.objects.filter(state=Clip.State.FAILED)
            ]
            raise InputError("; ".join(reasons))

    def _held(self, clips: dict[str, Clip], options: dict[str, Any]) -> dict[str, str]:
        """Who holds which clip; a held clip's film is removed only if it is named."""
        held = clips_held(clips.keys())
        if not options["skeleton_only"]:
            return held
        for name, holder in held.items():
            if options["clips"]:
                self.stderr.write(f"{name}: {holder}, which will no longer verify")
            else:
                del clips[name]
                self.stderr.write(f"{name}: {holder}; left as it is (name it: --clips)")
        return {}


def _named(listed: str) -> QuerySet[Clip]:
    """The clips of ``--clips``; ``InputError`` names one that is not imported."""
    names = [name.strip() for name in listed.split(",")]
    found = Clip.objects.filter(name__in=names)
    if unknown := set(names) - set(found.values_list("name", flat=True)):
        raise InputError(f"--clips: clip {min(unknown)!r} is not imported")
    return found


def _prepared(
    clips: dict[str, Clip],
    workers: int,
    work: Callable[..., Prepared],
    again: Callable[..., Prepared] | None,
    held: dict[str, str],
) -> Iterator[tuple[str, Future[Prepared]]]:
    """Prepare clips in separate processes; ready ones by ``again``, if it is given.

    Each is yielded as soon as it is done.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = {}
        for name, clip in clips.items():
            is_ready = clip.state == Clip.State.READY
            do = again if again and is_ready else partial(work, held=held.get(name, ""))
            job = pool.submit(do, clip_ref(clip), decision=review_decision(clip))
            waiting[job] = name
        for future in as_completed(waiting):
            yield waiting[future], future
