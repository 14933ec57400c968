"""Initial weights of the video classifiers: local files by path, random otherwise.

Loading is strict: only the classification layer may be missing or of another size.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.store import file_sha256
from gaitmodel.core.systems.base import NO_BACKBONE, Parts
from gaitmodel.core.systems.film_classifier import RANDOM, Weights
from gaitmodel.core.systems.folders import (
    UNREADABLE,
    check_model_type,
    check_normalisation,
    folder_digest,
    weights_folder,
)

Channels = tuple[float, float, float]
KINETICS: tuple[Channels, Channels] = ((0.45, 0.45, 0.45), (0.225, 0.225, 0.225))
"""Mean and deviation of pixels for the Kinetics checkpoints of these networks."""

Build = Callable[[], nn.Module]


@dataclass(frozen=True)
class Architecture:
    """A transformers class with its two sizes, and which keys a checkpoint may lack.

    ``pixels`` are the mean and deviation that its films are normalised by.
    A checkpoint's ``droppable`` keys are ignored; its ``fresh`` ones may be missing.
    """

    model: type[PreTrainedModel]
    full: Callable[[], PretrainedConfig]
    small: Callable[[], PretrainedConfig]
    head: str
    pixels: tuple[Channels, Channels] = KINETICS
    droppable: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()


class Logits(nn.Module):
    """A transformers video classifier as a function of the clip."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, film: Tensor) -> Tensor:
        """``film`` (B, T, 3, S, S) -> logits (B, K)."""
        logits: Tensor = self.network(pixel_values=film).logits
        return logits


def architecture_network(parts: Parts, kind: Architecture) -> tuple[Build, Weights]:
    """How to build a transformers network, and where its initial weights come from.

    Raises
    ------
    WeightsError
        If a named folder is missing, of another class or shape, or fills the network
        only partly.
    """
    if parts.backbone in (NO_BACKBONE, "tiny"):
        config = kind.small if parts.backbone == "tiny" else kind.full
        return lambda: kind.model(config()), RANDOM
    folder = weights_folder(parts.backbone)
    weights = Weights(f"pretrained: {parts.backbone}", folder_digest(folder))
    return lambda: _from_folder(folder, kind), weights


def _from_folder(folder: Path, kind: Architecture) -> nn.Module:
    wanted = kind.full()
    check_model_type(folder, wanted.model_type, "weights")
    check_normalisation(folder, *kind.pixels, "weights")
    try:
        model, report = kind.model.from_pretrained(
            folder,
            num_labels=wanted.num_labels,
            dtype=torch.float32,  # whatever dtype is stored
            ignore_mismatched_sizes=True,
            local_files_only=True,
            output_loading_info=True,
        )
    except UNREADABLE as error:
        raise WeightsError(f"weights {folder}: {error}") from error
    for name in ("num_frames", "image_size"):
        given, needed = (getattr(c, name, None) for c in (model.config, wanted))
        if given != needed:
            raise WeightsError(f"weights {folder}: {name} is {given}, not {needed}")
    mismatched = [key[0] for key in report["mismatched_keys"]]
    _refuse_gaps(
        folder, [*report["missing_keys"], *mismatched], (kind.head, *kind.fresh)
    )
    _refuse_gaps(folder, report["unexpected_keys"], (kind.head, *kind.droppable))
    network: nn.Module = model
    return network


def film_network(
    parts: Parts, full: Build, small: Build, head: str
) -> tuple[Build, Weights]:
    """How to build one of our 3-D networks, and where its initial weights come from.

    ``--backbone`` may name a ``.pyth``, ``.pt`` or ``.safetensors`` file whose keys are
    PyTorchVideo's; its classification head is dropped.
    """
    if parts.backbone in (NO_BACKBONE, "tiny"):
        return (small if parts.backbone == "tiny" else full), RANDOM
    path = Path(parts.backbone)
    if not path.is_file():
        raise WeightsError(
            f"weights {parts.backbone!r}: no such file; give a checkpoint file of this "
            "network, or none for random weights"
        )
    weights = Weights(f"pretrained: {path.name}", file_sha256(path))
    return lambda: _from_file(full(), path, head), weights


def _from_file(network: nn.Module, path: Path, head: str) -> nn.Module:
    stored = _state_dict(path)
    own = network.state_dict()
    fitting = {
        key: value
        for key, value in stored.items()
        if not key.startswith(head) or value.shape == own[key].shape
    }
    try:
        report = network.load_state_dict(fitting, strict=False)
    except RuntimeError as error:
        raise WeightsError(f"weights {path}: {error}") from error
    _refuse_gaps(path, report.missing_keys, (head,))
    _refuse_gaps(path, report.unexpected_keys, ())
    return network


def _state_dict(path: Path) -> Mapping[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        stored: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, SafetensorError, pickle.PickleError) as e:
        raise WeightsError(f"weights {path}: not readable as tensors ({e})") from e
    inner: Mapping[str, Tensor] = stored.get("model_state", stored)
    return inner


def _refuse_gaps(place: Path, keys: Iterable[str], allowed: tuple[str, ...]) -> None:
    wrong = sorted(key for key in keys if not key.startswith(allowed))
    if wrong:
        raise WeightsError(
            f"weights {place}: {len(wrong)} keys do not fit this network, first {wrong[0]}"
        )
