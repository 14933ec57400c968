"""Compute the frozen features of all prepared clips once, ahead of any training.

Alone, or on several processes: torchrun --nproc-per-node 4 manage.py extract_features.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gaitmodel.core.config import FusionConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.extraction import extract, own_share
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.training.team import Team
from gaitmodel.management.base import GaitCommand, progress_bar
from gaitmodel.runner.inputs import clip_input, workplace
from gaitmodel.selectors import clips_ready


class Command(GaitCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backbone", required=True, metavar="NAME|DIR|HUB_ID")
        parser.add_argument("--split", default="", help="default: every split")
        parser.add_argument("--views", type=int, default=1)
        parser.add_argument(
            "--decoders",
            type=int,
            default=2,
            help="number of processes that decode films",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        place = workplace()
        backbone = place.backbone(options["backbone"])
        config = FusionConfig(views=options["views"])
        clips = list(clips_ready(split=options["split"]))
        if not clips:
            raise InputError("no prepared clip: run import_clips and prepare_clips")
        features = [
            FusedFeatures(backbone, config, place.features(), biomechanics)
            for biomechanics in (True, False)
        ]
        mine = [clip_input(clip) for clip in own_share(clips)]  # makes missing films
        with progress_bar("extracting") as show:
            done = extract(
                features,
                mine,
                options["decoders"],
                lambda i, n: show(i / n, f"{i}/{n}"),
            )
        self.stdout.write(
            f"{done.clips} of {len(clips)} clips by this process, {done.new} films "
            f"read, {done.total_s:.1f} s; {100 * done.waiting_share:.0f} % of it "
            "waiting for decoded films"
        )
        Team().leave()
