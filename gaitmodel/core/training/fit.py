"""Fit one system and leave a checkpoint folder that says how it came about."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import torch
import transformers

from gaitmodel.core.config import GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.systems.base import LabelledClip, TrainableSystem
from gaitmodel.core.training.checkpoint import (
    META,
    RESUME,
    read_meta,
    write_meta,
)
from gaitmodel.core.training.dataset import Examples, gather_examples
from gaitmodel.core.training.loop import EpochReport, TrainResult, train
from gaitmodel.core.training.requests import TrainRequest
from gaitmodel.core.training.workplace import Workplace

Report = Callable[[float, str], None]  # progress 0..1, what is being done


def fit_system(
    request: TrainRequest,
    train_clips: Sequence[LabelledClip],
    val_clips: Sequence[LabelledClip],
    workplace: Workplace,
    report: Report,
    clock: Callable[[], datetime],
) -> Path:
    """Train, or go on with an interrupted training of the same request and data.

    Returns the checkpoint folder; a finished one is returned as it is.

    Raises
    ------
    InputError
        If a subject stands in both sets, or there is nothing to train.
    """
    _check_disjoint(train_clips, val_clips)
    system = workplace.trainable(
        request.system, request.backbone, request.fusion, GenerationConfig()
    )
    data = gather_examples(
        system, train_clips, lambda i, n: report(0.5 * i / n, f"reading clip {i}/{n}")
    )
    validation = (
        gather_examples(
            system, val_clips, lambda i, n: report(0.5, f"validation {i}/{n}")
        )
        if val_clips
        else None
    )
    facts = _facts(request, system, data, validation, train_clips, val_clips)
    identity = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    folder = workplace.checkpoint_folder(request.system, request.backbone, identity)
    if (folder / META).exists():
        read_meta(folder)
        return folder
    result = train(
        system.network,
        data,
        validation,
        request.training,
        folder,
        _epoch_report(request.training.epochs, report),
        system.forward_batch,
    )
    write_meta(folder, facts | _outcome(result, clock()))
    (folder / RESUME).unlink(missing_ok=True)
    return folder


def _check_disjoint(
    train_clips: Sequence[LabelledClip], val_clips: Sequence[LabelledClip]
) -> None:
    shared = {c.subject for c in train_clips} & {c.subject for c in val_clips}
    if shared:
        raise InputError(
            f"subject {min(shared)!r} stands in training and validation; "
            "splits must share no subject"
        )


def _epoch_report(epochs: int, report: Report) -> Callable[[EpochReport], None]:
    def on_epoch(epoch: EpochReport) -> None:
        score = (
            "" if epoch.val_macro_f1 is None else f", val F1 {epoch.val_macro_f1:.3f}"
        )
        report(
            0.5 + 0.5 * epoch.epoch / epochs,
            f"epoch {epoch.epoch}/{epochs}, loss {epoch.train_loss:.4f}{score}",
        )

    return on_epoch


def _facts(
    request: TrainRequest,
    system: TrainableSystem,
    data: Examples,
    validation: Examples | None,
    train_clips: Sequence[LabelledClip],
    val_clips: Sequence[LabelledClip],
) -> dict[str, Any]:
    """Everything that decides the weights."""
    split = sorted(
        (c.given.clip, c.subject, name)
        for name, clips in (("train", train_clips), ("val", val_clips))
        for c in clips
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
