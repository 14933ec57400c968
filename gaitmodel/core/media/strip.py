"""A strip of a film's frames in order of time, as one small JPEG."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from gaitmodel.core.media.frames import read_frames
from gaitmodel.core.media.probe import probe

FRAMES, HEIGHT = 6, 160


def film_strip(film: Path) -> bytes:
    """JPEG bytes: six frames spread over the film, side by side."""
    count = probe(film).frames
    where = np.linspace(0, count - 1, FRAMES).astype(int)
    pictures = [Image.fromarray(image) for image in read_frames(film, where).images]
    width = round(pictures[0].width * HEIGHT / pictures[0].height)
    strip = Image.new("RGB", (width * FRAMES, HEIGHT))
    for number, picture in enumerate(pictures):
        strip.paste(picture.resize((width, HEIGHT)), (number * width, 0))
    out = io.BytesIO()
    strip.save(out, "JPEG", quality=80)
    return out.getvalue()
