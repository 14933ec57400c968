"""OpenCap sessions: a folder of coordinate files (.mot), one clip each.

OpenCap stores no diagnosis: the class is the name of a folder on the path to the file,
or given for all (``--label``). The subject is the session: the folder below the class,
or the top folder; ``OpenSimData/Kinematics`` in between belong to OpenCap's layout.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef
from gaitmodel.core.sources.local_files import NO_OPTIONS, SourceOptions
from gaitmodel.core.sources.manifest import Manifest
from gaitmodel.core.taxonomy import GaitClass, gait_class

_OWN_FOLDERS: Final = frozenset({"OpenSimData", "Kinematics"})


def read_opencap(path: Path, options: SourceOptions = NO_OPTIONS) -> Manifest:
    """Every ``.mot`` below a folder.

    Raises
    ------
    InputError
        If there is none, one has no class in its path or ``--label``, or two clips
        would have the same name.
    """
    if not path.is_dir():
        raise InputError(f"{path.name}: an OpenCap source is a folder of .mot files")
    files = sorted(path.rglob("*.mot"))
    if not files:
        raise InputError(f"{path.name} holds no .mot file")
    clips = [_clip(path, file, options.label) for file in files]
    names = [clip.clip for clip in clips]
    for clip in clips:
        if names.count(clip.clip) > 1:
            raise InputError(f"{path.name}: two files would be clip {clip.clip!r}")
    return Manifest(tuple(clips), ())


def _clip(top: Path, file: Path, given: GaitClass | None) -> ClipRef:
    folders = [
        name for name in file.relative_to(top).parent.parts if name not in _OWN_FOLDERS
    ]
    label = given
    if label is None and folders:
        label = _class_named(folders.pop(0))
    if label is None:
        raise InputError(
            f"{top.name}: {file.name} names no gait class: put it below a folder named "
            "after its class, or give --label"
        )
    subject = "_".join(folders) or top.resolve().name
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{subject}_{file.stem}").lstrip("._-")
    return ClipRef(name, subject, label, "opencap", pose=file)


def _class_named(folder: str) -> GaitClass | None:
    try:
        return gait_class(folder)
    except InputError:
        return None
