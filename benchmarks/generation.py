"""What batching saves: python -m benchmarks.generation [BACKBONE] [CLIPS] [TOKENS] [ARM].

Synthetic walks and the real prompt, greedy, float32. One by one: each clip is read for
its feature and again for its text, instruction and all. Batched: the instruction is
read once for all clips, and one reading of the rest serves feature and text. ARM is
``full`` (default) or ``no_bio``, whose prompt is nearly all shared. The texts must be
equal, or no ratio is printed. One by one is timed on a few clips.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from gaitmodel.core.config import FusionConfig, FusionOrder, GenerationConfig
from gaitmodel.core.features.measure import measure
from gaitmodel.core.records import ClipFilm
from gaitmodel.core.sources.synthetic import plan_cohort
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.explain import answer_opening
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.prompt_batches import FusedPrompt
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.training.workplace import Workplace

BANDWIDTH = {"H100": 3350.0, "H200": 4800.0, "A100": 2040.0}  # GB/s
BATCH = 16
ALONE = 4  # clips that are also written one by one


def prompts_of(
    backbone: InternVLBackbone, clips: int, biomechanics: bool
) -> list[FusedPrompt]:
    """The real prompt of so many synthetic walks."""
    reader = ClipReader(backbone, FusionConfig(), biomechanics)
    prompts = []
    for planned in plan_cohort(0, -(-clips // 8), 1)[:clips]:
        pose = planned.pose(planned.walk(4.3))
        film = ClipFilm(Path(), "", len(pose.angles))
        given = ClipInput("walk", film, pose, measure(pose))
        opening = answer_opening(planned.subject.label)
        prompts.append(reader.prompt(given, FusionConfig().frames, opening))
    return prompts


def one_by_one(
    backbone: InternVLBackbone, visual: Tensor, prompts: list[FusedPrompt], tokens: int
) -> list[str]:
    texts = []
    for prompt in prompts:
        whole = replace(prompt, shared=0)
        backbone.fused_state(visual, whole, FusionOrder.TEXT_FIRST)
        texts += backbone.generate([visual], [whole], tokens, NGRAM)
    return texts


NGRAM = GenerationConfig().no_repeat_ngram


def in_batches(
    backbone: InternVLBackbone, visual: Tensor, prompts: list[FusedPrompt], tokens: int
) -> tuple[float, list[str], int]:
    """Seconds, texts and tokens written."""
    start = time.perf_counter()
    texts, written = [], 0
    for first in range(0, len(prompts), BATCH):
        part = prompts[first : first + BATCH]
        done = backbone.read_and_generate([visual] * len(part), part, tokens, NGRAM)
        texts += done.texts
        written += done.tokens
    return time.perf_counter() - start, texts, written


def main() -> None:
    defaults = ["smollm2", "16", "96", "full"]
    name, clips, tokens, arm = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder), Path(folder), None)
        backbone = place.backbone(name)
    prompts = prompts_of(backbone, int(clips), arm != "no_bio")
    torch.manual_seed(0)
    visual = torch.randn(FusionConfig().frames, backbone.width)
    visual *= backbone.model.get_input_embeddings().weight.norm(dim=-1).mean().cpu()
    visual /= visual.norm(dim=-1, keepdim=True)
    few = prompts[:ALONE]
    start = time.perf_counter()
    alone = one_by_one(backbone, visual, few, int(tokens))
    slow = (time.perf_counter() - start) * len(prompts) / len(few)
    start = time.perf_counter()
    one_by_one(backbone, visual, few, 1)
    slow_reading = (time.perf_counter() - start) * len(prompts) / len(few)
    fast, together, written = in_batches(backbone, visual, prompts, int(tokens))
    fast_reading, _, _ = in_batches(backbone, visual, prompts, 1)
    lengths = [len(prompt.ids) for prompt in prompts]
    print(
        f"{name} on {backbone.device}, {backbone.model.dtype}: {clips} clips, prompts of "
        f"{min(lengths)} to {max(lengths)} tokens, {prompts[0].shared} shared"
    )
    print(
        f"one by one {slow:.1f} s ({slow_reading:.1f} s of it reading; timed on "
        f"{len(few)} clips), {written / slow:.1f} tokens/s"
    )
    print(
        f"batches of {BATCH} {fast:.1f} s ({fast_reading:.1f} s of it reading), "
        f"{written / fast:.1f} tokens/s"
    )
    if alone != together[: len(few)]:
        raise SystemExit("the texts differ: no ratio is given")
    writing = (slow - slow_reading) / (fast - fast_reading)
    print(
        f"texts equal; {slow / fast:.1f} times the throughput, of writing alone "
        f"{writing:.1f} times, of reading alone {slow_reading / fast_reading:.1f} times"
    )
    _share_of_bandwidth(backbone, written / fast)


def _share_of_bandwidth(backbone: InternVLBackbone, rate: float) -> None:
    """Tokens per second against reading every weight once per step of a batch."""
    if backbone.device.type != "cuda":
        return
    card = torch.cuda.get_device_name()
    weights = sum(
        p.numel() * p.element_size()
        for p in backbone.model.model.language_model.parameters()
    )
    for kind, gigabytes in BANDWIDTH.items():
        if kind in card:
            limit = BATCH * gigabytes * 1e9 / weights
            print(
                f"{100 * rate / limit:.0f} % of {kind}'s limit of {limit:.0f} tokens/s"
            )


if __name__ == "__main__":
    main()
