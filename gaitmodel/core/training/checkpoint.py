"""A checkpoint folder: trained weights and ``meta.json``, readable without torch.

``model.safetensors`` holds the chosen epoch; ``resume.pt`` the training state, preceded
by its SHA-256 and removed at the end; ``curves.csv`` and ``curves.svg`` one point per
epoch. A folder without ``finished_at`` in its ``meta.json`` is unfinished and never
used.
"""

from __future__ import annotations

import fcntl
import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from gaitmodel.core.errors import GaitError, InputError, UnfinishedError, WeightsError
from gaitmodel.core.store import atomic_path, file_sha256, write_json

WEIGHTS = "model.safetensors"
META = "meta.json"
RESUME = "resume.pt"
LOCK = "lock"
NOTED_LATER = {"instruction_sha256"}  # absent in checkpoints of earlier versions
PATIENCE_S = 60.0  # a worker that lost its Run stops at its next progress report


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Lock the folder against other trainings; create it if need be.

    Raises
    ------
    InputError
        If another process holds the lock for longer than ``PATIENCE_S``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + PATIENCE_S
    with (folder / LOCK).open("w") as lock:
        while not _is_ours(lock):
            if time.monotonic() >= deadline:
                raise InputError(
                    f"checkpoint {folder}: another process is training it; wait for "
                    "it, or cancel it"
                )
            time.sleep(0.2)
        yield


def _is_ours(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def subject_digest(subject: str) -> str:
    """A subject's pseudonymous digest, as a checkpoint records it."""
    return sha256(f"subject {subject}".encode()).hexdigest()[:24]


def save_weights(network: nn.Module, folder: Path) -> None:
    """Write the trained weights atomically; the previous file stays until then."""
    with atomic_path(folder / WEIGHTS) as part:
        weights = {k: v.cpu().contiguous() for k, v in network.state_dict().items()}
        save_file(weights, part)


def save_running(state: Mapping[str, Any], folder: Path) -> None:
    """Write the training state atomically."""
    stored = io.BytesIO()
    torch.save(dict(state), stored)
    with atomic_path(folder / RESUME) as part:
        part.write_bytes(sha256(stored.getbuffer()).digest() + stored.getbuffer())


def load_running(folder: Path, device: torch.device) -> dict[str, Any]:
    """The state of an interrupted training.

    Raises
    ------
    GaitError
        If the file does not match its SHA-256.
    """
    path = folder / RESUME
    whole = path.read_bytes()
    digest, stored = whole[:32], whole[32:]
    if sha256(stored).digest() != digest:
        raise GaitError(
            f"{path}: the running state is corrupt; delete it to begin anew"
        )
    state: dict[str, Any] = torch.load(
        io.BytesIO(stored), map_location=device, weights_only=True
    )
    return state


def read_meta(folder: Path) -> dict[str, Any]:
    """The facts of a finished checkpoint.

    Raises
    ------
    UnfinishedError
        If the folder holds no finished checkpoint.
    WeightsError
        If its facts are corrupt.
    """
    path = folder / META
    if not path.exists():
        raise UnfinishedError(f"checkpoint {folder}: there is no {META}")
    try:
        meta: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise WeightsError(f"checkpoint {path}: this is not JSON ({error})") from error
    if "finished_at" not in meta:
        raise UnfinishedError(f"checkpoint {folder}: the training has not finished")
    return meta


def write_meta(folder: Path, meta: Mapping[str, Any]) -> None:
    write_json(folder / META, meta)


def check_weights(folder: Path, meta: Mapping[str, Any]) -> None:
    """Refuse weights whose digest is not the one in ``meta``.

    Raises
    ------
    WeightsError
        If they are missing or differ. Earlier versions recorded no digest.
    """
    stated = meta.get("weights_sha256")
    if not (folder / WEIGHTS).is_file():
        wrong = "is missing"
    elif stated and file_sha256(folder / WEIGHTS) != stated:
        wrong = "is not the file that the training left"
    else:
        return
    raise WeightsError(
        f"checkpoint {folder}: {WEIGHTS} {wrong}; delete the folder to train it again"
    )


def load_weights(network: nn.Module, folder: Path, wanted: Mapping[str, str]) -> None:
    """Fill ``network`` strictly from a finished checkpoint of the same description.

    Raises
    ------
    WeightsError
        If the checkpoint is of another system, backbone, fusion, instruction or class
        list, or is corrupt.
    """
    meta = read_meta(folder)
    described = meta["system_description"]
    for name, value in wanted.items():
        if name in NOTED_LATER and name not in described:
            continue
        if described.get(name) != value:
            raise WeightsError(
                f"checkpoint {folder}: {name} is {described.get(name)!r}, "
                f"but this run has {value!r}"
            )
    check_weights(folder, meta)
    try:
        network.load_state_dict(load_file(folder / WEIGHTS), strict=True)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"checkpoint {folder}: {error}") from error
