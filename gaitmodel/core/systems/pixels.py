"""From RGB frames to the pixel values that InternVL's vision tower reads."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gaitmodel.core.records import ByteArray

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def resized(images: ByteArray, size: int) -> ByteArray:
    """RGB frames (T, H, W, 3) uint8 -> (T, size, size, 3), bicubic by Pillow."""
    return np.stack(
        [
            np.asarray(
                Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC)
            )
            for image in images
        ]
    )


def preprocess(images: ByteArray, size: int) -> Tensor:
    """RGB frames (T, H, W, 3) uint8 -> normalised pixels (T, 3, size, size).

    Bicubic resize by Pillow, then ImageNet mean and deviation: equal to the PIL image
    processor that InternVL's checkpoints name (checked in the tests).
    """
    return normalised(torch.from_numpy(resized(images, size)))


def normalised(frames: Tensor) -> Tensor:
    """Frames (T, S, S, 3) uint8 -> pixels (T, 3, S, S) float32, on the same device."""
    pixels = frames.permute(0, 3, 1, 2).float() / 255
    mean, deviation = (
        torch.tensor(values, device=frames.device).view(3, 1, 1)
        for values in (IMAGENET_MEAN, IMAGENET_STD)
    )
    return (pixels - mean) / deviation
