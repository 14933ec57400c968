"""Loading a backbone: strictly, offline, and only of the class it claims to be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from transformers import AutoTokenizer, InternVLForConditionalGeneration
from transformers.utils import logging as transformers_logging

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.systems.backbones import IMAGE_TOKENS
from gaitmodel.core.systems.extraction import own_device
from gaitmodel.core.systems.folders import (
    UNREADABLE,
    check_model_type,
    check_normalisation,
    check_tokenizer,
    folder_digest,
    model_type,
)
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.pixels import IMAGENET_MEAN, IMAGENET_STD


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Hide the library's own progress bars and warnings: the caller reports better."""
    level = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()


def load_internvl(
    folder: Path,
    name: str,
    device: torch.device | None = None,
    dtype: torch.dtype | None = None,
) -> InternVLBackbone:
    """Load a transformers-native InternVL folder, strictly and offline.

    Raises
    ------
    WeightsError
        If the folder is of another class, holds the original remote-code checkpoint,
        its weights do not fill the model exactly, its tokenizer is not the model's, or
        its pixels are normalised differently.
    """
    _check_folder(folder)
    device = device or own_device()
    dtype = dtype or (torch.bfloat16 if device.type == "cuda" else torch.float32)
    try:
        model, report = InternVLForConditionalGeneration.from_pretrained(
            folder,
            dtype=dtype,
            local_files_only=True,
            output_loading_info=True,
            attn_implementation="sdpa",
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except UNREADABLE as error:
        raise WeightsError(f"backbone {folder}: {error}") from error
    wrong = {
        rule: sorted(report.get(rule) or [])
        for rule in ("missing_keys", "unexpected_keys", "mismatched_keys")
    }
    if any(wrong.values()):
        raise WeightsError(f"backbone {folder}: weights do not fit the model: {wrong}")
    check_tokenizer(
        folder,
        tokenizer,
        IMAGE_TOKENS["context_image_token"],
        model.config.image_token_id,
    )
    digest = folder_digest(folder)
    return InternVLBackbone(model.to(device), tokenizer, name, digest, folder)


def _check_folder(folder: Path) -> None:
    if model_type(folder) == "internvl_chat":
        raise WeightsError(
            f"backbone {folder}: this is the original remote-code checkpoint; convert "
            "it with OpenGVLab's tool: python internvl_chat/tools/internvl_custom2hf.py "
            f"--custom_path {folder} --hf_path OpenGVLab/InternVL3_5-1B-HF "
            f"--save_path {folder}-HF"
        )
    check_model_type(folder, "internvl")
    check_normalisation(folder, IMAGENET_MEAN, IMAGENET_STD)
