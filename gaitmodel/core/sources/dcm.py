"""The paper's DCM recordings, by their naming scheme.

``DCM_<subject>_<WalkData|FastWalkData|FwdWalkData>_<run>_clip`` names a film, and the
same name (with HSMR's prefix or without) its pose.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef
from gaitmodel.core.sources.local_files import (
    NO_OPTIONS,
    POSE_SUFFIXES,
    VIDEO_SUFFIXES,
    SourceOptions,
    files_by_stem,
)
from gaitmodel.core.sources.manifest import Manifest
from gaitmodel.core.taxonomy import GaitClass

_NAME: Final = re.compile(
    r"DCM_(?P<subject>.+)_(?P<task>WalkData|FastWalkData|FwdWalkData)_(?P<run>\w+)_clip"
)


def read_dcm(path: Path, options: SourceOptions = NO_OPTIONS) -> Manifest:
    """Every film and pose in a folder named by the scheme, with label ``dcm``.

    Raises
    ------
    InputError
        If the folder holds no film and no pose, or a file's name breaks the scheme.
    """
    if not path.is_dir():
        raise InputError(f"{path.name}: DCM recordings lie in a folder, and it is none")
    videos = files_by_stem(options.videos or path, VIDEO_SUFFIXES)
    poses = files_by_stem(options.poses or path, POSE_SUFFIXES)
    clips = []
    for name in sorted(videos.keys() | poses.keys()):
        match = _NAME.fullmatch(name)
        if match is None:
            raise InputError(
                f"{path.name}: {name!r} is not named "
                "DCM_<subject>_<WalkData|FastWalkData|FwdWalkData>_<run>_clip"
            )
        clips.append(
            ClipRef(
                clip=name,
                subject=f"DCM_{match['subject']}",
                label=GaitClass.DCM,
                source="dcm",
                video=videos.get(name),
                pose=poses.get(name),
                fps=options.fps,
            )
        )
    if not clips:
        raise InputError(f"{path.name} holds no film and no pose")
    return Manifest(tuple(clips), ())
