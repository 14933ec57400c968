"""Extract the frozen features of many clips, once, in one or several processes.

1. Under ``torchrun`` each process takes its share of the clips; alone it takes all.
2. A separate process pool decodes and resizes films ahead of the backbone, which, given
   enough cores, never waits.
3. A forward pass always holds the same number of frames, so the features are bitwise
   identical whatever the number of processes.

Features already in the cache are not read again, so a killed extraction resumes.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import TypeVar

import torch
from accelerate import PartialState

from gaitmodel.core.errors import InputError
from gaitmodel.core.media.frames import read_frames
from gaitmodel.core.records import ByteArray, IntArray
from gaitmodel.core.systems.base import ClipInput, Progress
from gaitmodel.core.systems.fused import FusedFeatures
from gaitmodel.core.systems.pixels import resized

T = TypeVar("T")
AHEAD = 2  # films decoded ahead for each decoder
# How long finished processes wait for the last one: in a resumed Run, one process may
# have all the remaining work. The library's default of ten minutes on graphics cards
# would end them all.
WAITING = timedelta(hours=24)


@dataclass(frozen=True)
class Extracted:
    """What this process did: clips, new films decoded, and where its time went."""

    clips: int
    new: int
    waiting_s: float
    total_s: float

    @property
    def waiting_share(self) -> float:
        """The share of time the backbone waited for decoded films."""
        return self.waiting_s / self.total_s if self.total_s else 0.0


def processes() -> PartialState:
    """The processes started by ``torchrun``; without a device they use gloo.

    Unless told that there is no device, accelerate treats such processes as unrelated,
    and each would do all the work.
    """
    return PartialState(cpu=not torch.cuda.is_available(), timeout=WAITING)


def own_device() -> torch.device:
    """This process's own graphics card under ``torchrun``, or the CPU.

    Calling this makes it the current device: tensors moved earlier are on card 0.
    """
    return torch.device(processes().device)


def own_share(clips: Sequence[T]) -> list[T]:
    """The clips of this process: all of them, or under ``torchrun`` every n-th."""
    state = processes()
    return list(clips[state.process_index :: state.num_processes])


def extract(
    features: Sequence[FusedFeatures],
    clips: Sequence[ClipInput],
    decoders: int,
    progress: Progress,
) -> Extracted:
    """Fill the cache with V and f_vlm of these clips, for every variant and view.

    Raises
    ------
    InputError
        If there is nothing to extract with, or a film cannot be read.
    """
    if not features:
        raise InputError("none of the systems reads frozen features")
    first = features[0]
    views = range(first.config.views)
    todo = [
        (clip, view)
        for clip, view in product(clips, views)
        if not first.has_visual(clip, view)
    ]
    began, waiting = time.perf_counter(), 0.0
    for done, (clip, view, images, waited) in enumerate(
        _decoded(first, todo, decoders), start=1
    ):
        waiting += waited
        first.store_visual(clip, view, images)
        progress(done, len(todo) + len(clips))
    for done, clip in enumerate(clips, start=1):
        for variant, view in product(features, views):
            variant.inputs(clip, view)
        progress(len(todo) + done, len(todo) + len(clips))
    return Extracted(len(clips), len(todo), waiting, time.perf_counter() - began)


def _decoded(
    features: FusedFeatures, todo: Sequence[tuple[ClipInput, int]], decoders: int
) -> Iterator[tuple[ClipInput, int, ByteArray, float]]:
    """Clips with their frames, in order, and the seconds spent waiting for each."""
    size = features.backbone.image_size
    if decoders < 1:
        for clip, view in todo:
            start = time.perf_counter()
            indices = features.reader.frame_indices(clip, view)
            images = decode(clip.seen().path, indices, size)
            yield clip, view, images, time.perf_counter() - start
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(decoders, mp_context=spawn) as pool:
        waiting: deque[tuple[ClipInput, int, Future[ByteArray]]] = deque()
        coming = iter(todo)
        while True:
            while len(waiting) < AHEAD * decoders and (one := next(coming, None)):
                clip, view = one
                indices = features.reader.frame_indices(clip, view)
                job = pool.submit(decode, clip.seen().path, indices, size)
                waiting.append((clip, view, job))
            if not waiting:
                return
            clip, view, job = waiting.popleft()
            start = time.perf_counter()
            yield clip, view, job.result(), time.perf_counter() - start


def decode(path: Path, indices: IntArray, size: int) -> ByteArray:
    """(T, size, size, 3): decoded in full RGB, resized by Pillow."""
    return resized(read_frames(path, indices).images, size)
