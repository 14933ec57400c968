"""Train one system of Table 1 on the clips of the training split."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.config import (
    FusionConfig,
    FusionOrder,
    GenerationConfig,
    Sampling,
    TrainConfig,
)
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.management.base import GaitCommand, count, progress_bar
from gaitmodel.management.queueing import add_queue_arguments, queue_options
from gaitmodel.models import Run
from gaitmodel.runner.inputs import workplace
from gaitmodel.runner.runs import watched
from gaitmodel.services import runs


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--system", required=True, metavar="KEY")
        parser.add_argument("--backbone", required=True, metavar="NAME|DIR|HUB_ID")
        parser.add_argument("--epochs", type=int, default=40)
        parser.add_argument("--batch-size", type=int, default=2)
        parser.add_argument("--lr", type=float, default=5e-4)
        parser.add_argument("--seed", type=count, default=0)
        parser.add_argument(
            "--fusion-order", choices=list(FusionOrder), default=FusionOrder.TEXT_FIRST
        )
        parser.add_argument(
            "--sampling", choices=list(Sampling), default=Sampling.UNIFORM
        )
        parser.add_argument(
            "--text-tokens", type=int, default=FusionConfig().text_tokens
        )
        parser.add_argument(
            "--max-clips",
            type=count,
            default=0,
            help="train on at most this many, balanced over classes",
        )
        parser.add_argument(
            "--patience",
            type=int,
            default=0,
            help="epochs without progress before stopping early; off by default",
        )
        parser.add_argument(
            "--skip-failed", action="store_true", help="leave bad clips out, and say so"
        )
        parser.add_argument(
            "--views", type=int, default=1, help="frame samplings to train on"
        )
        parser.add_argument(
            "--no-cache", action="store_true", help="re-run the backbone at every step"
        )
        add_queue_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        request = _request(options)
        workplace().trainable(
            request.system, request.backbone, request.fusion, GenerationConfig()
        )
        run = runs.run_create(
            kind=Run.Kind.TRAIN,
            system=request.system,
            parameters=request.to_json(),
            **queue_options(options),
        )
        if options["queue"]:
            self.stdout.write(f"run {run.pk} is queued for the gpu worker")
            return
        with progress_bar(f"training {request.system}") as show:
            run = watched(run, show)
        for line in run.result["audit"]:
            self.stdout.write(f"audit: {line}")
        for name, reason in run.result["skipped"].items():
            self.stdout.write(f"left out: {name}: {reason}")
        self.stdout.write(f"checkpoint {run.result['checkpoint']}")


def _request(options: dict[str, Any]) -> TrainRequest:
    return TrainRequest(
        options["system"],
        options["backbone"],
        TrainConfig(
            epochs=options["epochs"],
            batch_size=options["batch_size"],
            learning_rate=options["lr"],
            seed=options["seed"],
            patience=options["patience"],
        ),
        FusionConfig(
            fusion_order=FusionOrder(options["fusion_order"]),
            sampling=Sampling(options["sampling"]),
            text_tokens=options["text_tokens"],
            views=options["views"],
        ),
        options["skip_failed"],
        not options["no_cache"],
        options["max_clips"],
    )
