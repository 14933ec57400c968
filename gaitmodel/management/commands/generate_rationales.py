"""Write predictions and rationales of chosen systems for chosen clips."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.engines import ENGINES
from gaitmodel.core.taxonomy import gait_class
from gaitmodel.core.training.requests import GenerateRequest
from gaitmodel.management.base import GaitCommand, count, progress_bar
from gaitmodel.management.queueing import add_queue_arguments, queue_options
from gaitmodel.models import Run
from gaitmodel.runner.inputs import workplace
from gaitmodel.runner.runs import watched
from gaitmodel.selectors import clips_by_name, clips_ready, groundings
from gaitmodel.services import runs

VERIFIED = "biogait_full_verified"


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--systems", required=True, metavar="KEY,KEY,KEY")
        parser.add_argument("--backbone", required=True, metavar="NAME|DIR|HUB_ID")
        parser.add_argument("--label", default="", help="clips of this class only")
        parser.add_argument("--split", default="test")
        parser.add_argument("--clips", default="", help="these clips: ID,ID,...")
        parser.add_argument("--max-clips", type=count, default=0)
        parser.add_argument(
            "--max-new-tokens", type=int, default=GenerationConfig.max_new_tokens
        )
        parser.add_argument("--batch-size", type=int, default=8)
        parser.add_argument(
            "--verify",
            action="store_true",
            help="add the arm biogait_full_verified: drafts judged by the evidence check",
        )
        parser.add_argument(
            "--candidates", type=int, default=4, help="drafts per clip for --verify"
        )
        parser.add_argument("--engine", choices=ENGINES, default="transformers")
        parser.add_argument("--no-repeat-ngram", type=int, default=10)
        add_queue_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        systems = tuple(options["systems"].split(","))
        if options["verify"] and VERIFIED not in systems:
            systems += (VERIFIED,)
        for key in systems:
            workplace().open(key, options["backbone"])
        request = GenerateRequest(
            systems,
            options["backbone"],
            _clips(options),
            GenerationConfig(
                options["max_new_tokens"],
                options["batch_size"],
                options["no_repeat_ngram"],
                candidates=options["candidates"],
                engine=options["engine"],
            ),
        )
        run = runs.run_create(
            kind=Run.Kind.GENERATE,
            system=",".join(systems),
            parameters=request.to_json(),
            **queue_options(options),
        )
        if options["queue"]:
            self.stdout.write(f"run {run.pk} is queued for the gpu worker")
            return
        with progress_bar("generating") as show:
            run = watched(run, show)
        written = run.result["rationales"]
        kept = len(request.clips) * len(systems) - written
        self.stdout.write(
            f"rationales written: {written} (clips: {len(request.clips)}, systems: "
            f"{len(systems)})"
            + f"; {kept} kept from before, written in the same way"
            * bool(kept)
        )
        for found in groundings(clips_by_name(request.clips), systems):
            rates = ", ".join(f"{v:.2f} {k}" for k, v in found.per_100_words.items())
            self.stdout.write(
                f"{found.system}: {rates} claims per 100 words "
                f"({found.rationales} rationales)"
            )


def _clips(options: dict[str, Any]) -> tuple[str, ...]:
    if options["clips"]:
        return tuple(c.name for c in clips_by_name(options["clips"].split(",")))
    label = gait_class(options["label"]).value if options["label"] else ""
    names = clips_ready(split=options["split"], label=label).values_list(
        "name", flat=True
    )
    chosen = tuple(names[: options["max_clips"]] if options["max_clips"] else names)
    if not chosen:
        of = f" of label {label!r}" if label else ""
        raise InputError(f"no prepared clip stands in split {options['split']!r}{of}")
    return chosen
