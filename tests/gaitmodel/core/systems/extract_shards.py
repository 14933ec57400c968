"""Extract a folder's films in one process or several; run by the test of extraction.

python -m tests.gaitmodel.core.systems.extract_shards BACKBONES FILMS CACHE
"""

import sys
from pathlib import Path

import torch

from gaitmodel.core.config import FusionConfig
from gaitmodel.core.features.measure import measure
from gaitmodel.core.records import ClipFilm
from gaitmodel.core.store import file_sha256
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.extraction import extract, own_share
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.training.team import Team
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import swinging_pose

if __name__ == "__main__":
    torch.set_num_threads(1)
    backbones, films, cache = (Path(argument) for argument in sys.argv[1:])
    place = Workplace(backbones, cache, cache)
    pose = swinging_pose()
    clips = [
        ClipInput(path.stem, ClipFilm(path, file_sha256(path), 90), pose, measure(pose))
        for path in sorted(films.glob("*.mp4"))
    ]
    features = FusedFeatures(
        place.backbone("tiny"), FusionConfig(frames=4), place.features(), True
    )
    share = own_share(clips)
    sys.stdout.write(f"{len(share)} clips\n")
    extract([features], share, 1, lambda i, n: None)
    Team().leave()
