"""Fit one system and write a checkpoint folder with its full provenance."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import torch
import transformers

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.seeding import repeatable
from gaitmodel.core.store import file_sha256
from gaitmodel.core.systems.base import LabelledClip, TrainableSystem, Viewed
from gaitmodel.core.systems.extraction import own_share
from gaitmodel.core.training.checkpoint import (
    META,
    RESUME,
    WEIGHTS,
    check_weights,
    held,
    read_meta,
    subject_digest,
    write_meta,
)
from gaitmodel.core.training.curves import EpochReport
from gaitmodel.core.training.dataset import Examples, gather_examples, rerunning
from gaitmodel.core.training.loop import TrainResult, train
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.team import Team
from gaitmodel.core.training.workplace import Workplace

Report = Callable[[float, str], None]  # progress 0..1, current step


def fit_system(
    request: TrainRequest,
    train_clips: Sequence[LabelledClip],
    val_clips: Sequence[LabelledClip],
    workplace: Workplace,
    report: Report,
    clock: Callable[[], datetime],
    skipped: Mapping[str, str] | None = None,
    checked: Sequence[str] = (),
) -> Path:
    """Train, or resume an interrupted training of the same request and data.

    Returns the checkpoint folder; a finished one is reused and marked as the latest
    requested. ``skipped`` (clip: reason) and ``checked`` are recorded in it.

    Raises
    ------
    InputError
        If a subject is in both sets, there is nothing to train, or another process is
        running the same training.
    WeightsError
        If the training had finished but its weights are missing or have changed.
    """
    _check_disjoint(train_clips, val_clips)
    system = workplace.trainable(
        request.system, request.backbone, request.fusion, GenerationConfig()
    )
    if request.fusion.views > 1 and not isinstance(system, Viewed):
        raise InputError(
            f"system {request.system!r} reads one sampling of a film: leave --views out"
        )
    failed: dict[str, str] | None = {} if request.skip_failed else None
    team = Team()
    if team.size > 1 and workplace.cache:
        _fill_cache(system, [*train_clips, *val_clips], failed, report)
        team.wait()
    data = gather_examples(
        system,
        train_clips,
        lambda i, n: report(0.5 * i / n, f"reading clip {i}/{n}"),
        failed,
        augment=True,
    )
    validation = (
        gather_examples(
            system, val_clips, lambda i, n: report(0.5, f"validation {i}/{n}"), failed
        )
        if val_clips
        else None
    )
    facts = _facts(request, system, data, validation)
    if team.size > 1:
        facts["processes"] = team.size
    identity = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    folder = workplace.checkpoint_folder(request.system, request.backbone, identity)
    with held(folder) if team.is_first else nullcontext():
        if (folder / META).exists():
            meta = read_meta(folder)
            check_weights(folder, meta)
            if team.is_first:
                write_meta(folder, meta | {"asked_at": clock().isoformat()})
            return folder
        on_epoch = _epoch_report(
            request.training.epochs,
            -(-len(data) // request.training.batch_size),
            report,
            clock,
        )
        with repeatable(team.device):
            result = train(
                system.network,
                data if workplace.cache else rerunning(data, system, train_clips),
                validation,
                request.training,
                folder,
                on_epoch,
                system.forward_batch,
            )
        outcome = _outcome(result, clock()) | {
            "command": request.command(),
            "skipped": {**(skipped or {}), **(failed or {})},
            "audit": list(checked),
            "subjects_seen": _seen(data, validation),
        }
        if team.is_first:
            outcome["weights_sha256"] = file_sha256(folder / WEIGHTS)
            write_meta(folder, facts | outcome)
            (folder / RESUME).unlink(missing_ok=True)
    team.wait()
    return folder


def _seen(data: Examples, validation: Examples | None) -> list[str]:
    """Digests of the subjects that the weights were fitted to or chosen on."""
    subjects = {*data.subjects, *(validation.subjects if validation else ())}
    return sorted(map(subject_digest, subjects))


def _fill_cache(
    system: TrainableSystem,
    clips: Sequence[LabelledClip],
    failed: dict[str, str] | None,
    report: Report,
) -> None:
    """Extract this process's share of the frozen features: each clip is read once."""
    own = own_share(clips)
    if own:
        gather_examples(
            system,
            own,
            lambda i, n: report(0.5 * i / n, f"extracting clip {i}/{n} of a share"),
            None if failed is None else {},
            augment=True,
        )


def _check_disjoint(
    train_clips: Sequence[LabelledClip], val_clips: Sequence[LabelledClip]
) -> None:
    shared = {c.subject for c in train_clips} & {c.subject for c in val_clips}
    if shared:
        raise InputError(
            f"subject {min(shared)!r} stands in training and validation; "
            "splits must share no subject"
        )


def _epoch_report(
    epochs: int, steps: int, report: Report, clock: Callable[[], datetime]
) -> Callable[[EpochReport], None]:
    """Report each epoch's loss, validation F1, time per step (validation and saving
    included) and the time left.
    """
    began, done = clock(), 0

    def on_epoch(epoch: EpochReport) -> None:
        nonlocal done
        done += 1
        score = (
            "" if epoch.val_macro_f1 is None else f", val F1 {epoch.val_macro_f1:.3f}"
        )
        each = (clock() - began) / done
        left = each * (epochs - epoch.epoch)
        report(
            0.5 + 0.5 * epoch.epoch / epochs,
            f"epoch {epoch.epoch}/{epochs}, loss {epoch.train_loss:.4f}{score}, "
            f"{1000 * each.total_seconds() / steps:.0f} ms a step, "
            f"{_span(left.total_seconds())} left",
        )

    return on_epoch


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _facts(
    request: TrainRequest,
    system: TrainableSystem,
    data: Examples,
    validation: Examples | None,
) -> dict[str, Any]:
    """Everything that determines the weights."""
    split = sorted(
        (clip, subject, name)
        for name, part in (("train", data), ("val", validation))
        if part
        for clip, subject in zip(part.clips, part.subjects, strict=True)
    )
    return {
        **request.to_json(),
        "system_description": dict(system.describe()),
        "split_sha256": hashlib.sha256(json.dumps(split).encode()).hexdigest(),
        "train_sha256": data.sha256(),
        "val_sha256": validation.sha256() if validation else None,
        "train_clips": len(data),
        "train_subjects": len(set(data.subjects)),
        "val_clips": len(validation) if validation else 0,
        "val_subjects": len(set(validation.subjects)) if validation else 0,
    }


def _outcome(result: TrainResult, ended: datetime) -> dict[str, Any]:
    return {
        "best_epoch": result.best_epoch,
        "best_val_macro_f1": result.best_val_macro_f1,
        "finished_at": ended.isoformat(),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }
