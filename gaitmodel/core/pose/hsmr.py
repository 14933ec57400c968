"""HSMR's raw output file: a pickled object array of one dict per frame.

The file stores no frame rate, may hold several people in a frame or nobody, and is
untrusted: it is read by an unpickler that admits only numpy arrays and plain
containers.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from gaitmodel.core.errors import PoseError
from gaitmodel.core.pose.skel import COUNT
from gaitmodel.core.pose.tracking import Detection, follow_walker
from gaitmodel.core.records import FloatArray

_ADMITTED: Final = {
    (module, name)
    for module, names in {
        "multiarray": ("_reconstruct", "scalar"),
        "numeric": ("_frombuffer",),
    }.items()
    for name in names
}


class _ArrayUnpickler(pickle.Unpickler):
    """Admits what numpy arrays and floats are made of; refuses every other global."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        package, _, last = module.rpartition(".")
        # numpy 1 pickled as numpy.core, numpy 2 as numpy._core: the same functions.
        if package in ("numpy.core", "numpy._core") and (last, name) in _ADMITTED:
            return getattr(import_module(f"numpy._core.{last}"), name)
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def is_object_array(path: Path) -> bool:
    """Whether an ``.npy`` file holds pickled objects rather than numbers."""
    with path.open("rb") as file:
        return bool(_read_header(file, path)[1].hasobject)


def _read_header(file: BinaryIO, path: Path) -> tuple[tuple[int, ...], np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(file)
    except Exception as error:  # numpy parses headers as Python: anything may be raised
        raise PoseError(f"{path.name} is not a complete .npy file: {error}") from error
    held = path.stat().st_size - file.tell()
    declared = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or (not dtype.hasobject and declared > held):
        raise PoseError(
            f"{path.name} is not a complete .npy file: it declares an array of "
            f"{' x '.join(map(str, shape))} {dtype} and holds {held} bytes"
        )
    return shape, dtype


def read_records(path: Path) -> list[Mapping[str, Any]]:
    """The per-frame dicts of a raw HSMR file.

    Raises
    ------
    PoseError
        If the pickle asks for anything but arrays, is truncated, or is not a list of
        frames with ``poses``.
    """
    with path.open("rb") as file:
        _read_header(file, path)
        try:
            array = _ArrayUnpickler(file).load()
        except pickle.UnpicklingError as error:
            raise PoseError(
                f"{path.name} is refused: its pickle may hold only arrays, but {error}"
            ) from error
        except Exception as error:  # a malicious stream may raise anything
            raise PoseError(f"{path.name} holds a corrupt pickle: {error}") from error
    frames = list(array) if isinstance(array, np.ndarray) and array.ndim == 1 else []
    if not frames or not all(
        isinstance(frame, dict) and "poses" in frame for frame in frames
    ):
        raise PoseError(
            f"{path.name} is no HSMR output: no list of frames with 'poses'"
        )
    return frames


def _detections(frame: Mapping[str, Any], path: Path, number: int) -> list[Detection]:
    where = f"{path.name}, frame {number}"
    poses = _numbers(frame["poses"], where, "poses")
    if poses.size == 0:
        return []
    if poses.ndim != 2 or poses.shape[1] != COUNT:
        raise PoseError(
            f"{where}: poses must be people x {COUNT}, not "
            f"{' x '.join(map(str, poses.shape))}"
        )
    boxes = _boxes(frame.get("bbx_cs"), where, len(poses))
    return [Detection(pose, box) for pose, box in zip(poses, boxes, strict=False)]


def _boxes(given: Any, where: str, people: int) -> list[FloatArray | None]:
    """Each person's box (centre x, centre y, size), where there is one."""
    if given is None:
        return [None] * people
    if not isinstance(given, list | tuple | np.ndarray) or not getattr(
        given, "ndim", 1
    ):
        raise PoseError(f"{where}: bbx_cs must be a box for each person")
    if len(given) == 0:
        return [None] * people
    boxes = [None if box is None else _numbers(box, where, "bbx_cs") for box in given]
    for box in boxes:
        if box is not None and box.shape != (3,):
            raise PoseError(
                f"{where}: a box of bbx_cs is centre x, centre y and size, not "
                f"{' x '.join(map(str, box.shape)) or 'one'} numbers"
            )
    return boxes


def _numbers(given: Any, where: str, what: str) -> FloatArray:
    try:
        return np.asarray(given, dtype=float)
    except (TypeError, ValueError) as error:
        raise PoseError(
            f"{where}: {what} must be an array of numbers: {error}"
        ) from error


def read_walker(path: Path) -> tuple[FloatArray, float]:
    """The walker's angles (T, 46), NaN where nobody was found, and the confidence.

    The confidence (0..1) is the share of frames in which the walker was found times
    the lead over the next person; 1 for a single person seen throughout.
    """
    records = read_records(path)
    frames = [_detections(frame, path, i) for i, frame in enumerate(records)]
    if not any(frames):
        raise PoseError(f"{path.name} shows nobody in any of its {len(frames)} frames")
    return follow_walker(frames)
