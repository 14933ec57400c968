"""One stride of a walker of each class, as ``docs/synthetic-cohort.png`` shows them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from gaitmodel.core.media.frames import read_frames
from gaitmodel.core.taxonomy import CLASSES, gait_class

FRAMES, WIDTH, TITLE = 8, 240, 18


def cohort_picture(cohort: Path, out: Path) -> None:
    """Eight frames from one right heel strike to the next, a row for each class."""
    with (cohort / "manifest.csv").open(newline="") as file:
        first = {
            gait_class(row["label"]): row for row in reversed([*csv.DictReader(file)])
        }
    truth = json.loads((cohort / "truth.json").read_text())["clips"]
    rows = []
    for gait in CLASSES:
        row = first[gait]
        start, end = np.multiply(truth[row["clip"]]["hs_right"][:2], float(row["fps"]))
        places = np.linspace(start, end, FRAMES, endpoint=False).round().astype(int)
        rows.append(read_frames(cohort / row["video"], places).images)
    height = WIDTH * rows[0].shape[1] // rows[0].shape[2]
    size = (WIDTH * FRAMES, (height + TITLE) * len(rows))
    sheet = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(sheet)
    for turn, (gait, images) in enumerate(zip(CLASSES, rows, strict=True)):
        top = turn * (height + TITLE)
        draw.text((6, top + 3), gait.display_name, fill="black")
        for place, image in enumerate(images):
            small = Image.fromarray(image).resize((WIDTH, height))
            sheet.paste(small, (place * WIDTH, top + TITLE))
    sheet.quantize(256).save(out, optimize=True)
