"""Where weights are: a folder, or a hub id that the hub resolves to a folder."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from transformers.tokenization_utils_base import PreTrainedTokenizerBase

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.store import file_sha256

SAME_PIXEL = 1e-3  # tolerance for rounding in a stated mean
# What reading a weights folder raises where one of its files is corrupt.
UNREADABLE = (OSError, ValueError, RuntimeError, SafetensorError)
# ``owner/name``, optionally ``@revision`` to pin a commit or tag.
HUB_ID = re.compile(r"([A-Za-z0-9][\w.-]*/[\w.-]+)(?:@([\w.-]+))?")


def weights_folder(name: str, known: str = "") -> Path:
    """The weights folder for a path or hub id; a local folder needs no network.

    Raises
    ------
    WeightsError
        If there is no such folder, or the hub does not provide it. ``known`` says what
        else the caller accepts.
    """
    if Path(name).is_dir():
        return Path(name)
    if found := HUB_ID.fullmatch(name):
        return _from_hub(found[1], found[2])
    raise WeightsError(
        f"backbone {name!r} is neither {known or 'none or tiny'}, nor a folder, nor a "
        "hub id such as OpenGVLab/InternVL3_5-1B-HF"
    )


def _from_hub(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise WeightsError(
            f"backbone {name!r}: the hub did not give it ({type(error).__name__}); "
            "download it elsewhere and pass its folder"
        ) from error


def model_type(folder: Path, called: str = "backbone") -> str:
    """The ``model_type`` that a weights folder states; empty where it states none.

    ``called`` is the word for the folder in messages.

    Raises
    ------
    WeightsError
        If its ``config.json`` is missing or is not JSON.
    """
    config = folder / "config.json"
    if not config.is_file():
        raise WeightsError(f"{called} {folder}: the folder holds no config.json")
    return str(_described(config, called).get("model_type", ""))


def _described(path: Path, called: str) -> dict[str, Any]:
    """The object in a weights folder's JSON file; empty if it holds no object."""
    try:
        found = json.loads(path.read_text())
    except ValueError as error:
        raise WeightsError(f"{called} {path}: this is not JSON ({error})") from error
    return found if isinstance(found, dict) else {}


def check_model_type(folder: Path, wanted: str, called: str = "backbone") -> None:
    """``WeightsError`` if a weights folder holds another kind of model."""
    found = model_type(folder, called)
    if found != wanted:
        raise WeightsError(
            f"{called} {folder}: model_type is {found!r}, not {wanted!r}"
        )


def check_normalisation(
    folder: Path, mean: Sequence[float], std: Sequence[float], called: str = "backbone"
) -> None:
    """Refuse weights made for pixels that are normalised differently from ours.

    Raises
    ------
    WeightsError
        If the folder's image processor states another mean or deviation. One that
        states none is accepted.
    """
    for name in ("processor_config.json", "preprocessor_config.json"):
        path = folder / name
        if not path.is_file():
            continue
        stated = _described(path, called)
        inner = stated.get("image_processor")
        stated = inner if isinstance(inner, dict) else stated
        for key, ours in (("image_mean", mean), ("image_std", std)):
            theirs = stated.get(key) or ours
            if not _same_pixels(theirs, ours):
                raise WeightsError(
                    f"{called} {path}: {key} is {theirs}, but this system normalises "
                    f"pixels by {list(ours)}"
                )


def _same_pixels(theirs: object, ours: Sequence[float]) -> bool:
    """Whether both are equal up to rounding; a single number holds for all channels."""
    try:
        stated = np.broadcast_to(np.asarray(theirs, dtype=float), len(ours))
    except (TypeError, ValueError):
        return False
    return bool(np.allclose(stated, ours, rtol=0, atol=SAME_PIXEL))


def check_tokenizer(
    folder: Path, tokenizer: PreTrainedTokenizerBase, image_word: str, image_token: int
) -> None:
    """Refuse the empty tokenizer that transformers makes when its files are missing.

    Raises
    ------
    WeightsError
        If it yields no tokens for a text, or lacks the model's image token.
    """
    words = tokenizer("gait", add_special_tokens=False)["input_ids"]
    known = tokenizer.get_vocab()
    if not words or known.get(image_word) != image_token:
        raise WeightsError(
            f"backbone {folder}: its tokenizer's files are missing or of another model "
            f"({len(known)} tokens, {image_word} is not number {image_token})"
        )


def folder_digest(folder: Path) -> str:
    """SHA-256 over a weights folder's files, names and bytes."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        digest.update(f"{path.name} {file_sha256(path)}\n".encode())
    return digest.hexdigest()
