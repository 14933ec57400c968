"""What batching saves: python -m benchmarks.generation [BACKBONE] [CLIPS] [TOKENS].

Synthetic walks and the real prompts, greedy, float32. One by one, as transformers does
it: each clip is read for its feature and again by ``generate`` for its text. Batched:
the instruction is read once for all clips, one reading of the rest serves feature and
text, and the cache is filled in place. Three prompts: without biomechanics (nearly all
of it is shared), with as much of the angles as ``make demo`` writes, and with the
paper's 1,024 tokens of them. The texts must be equal, or no ratio is printed. One by
one is timed on a few clips.
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


PROMPTS = {"no biomechanics": 0, "as in make demo": 320, "as in the paper": 1024}


def prompts_of(
    backbone: InternVLBackbone, clips: int, text_tokens: int
) -> list[FusedPrompt]:
    """The real prompt of so many synthetic walks, with so much of their angles."""
    config = FusionConfig(text_tokens=text_tokens)
    reader = ClipReader(backbone, config, biomechanics=text_tokens > 0)
    prompts = []
    for planned in plan_cohort(0, -(-clips // 8), 1)[:clips]:
        pose = planned.pose(planned.walk(4.3))
        film = ClipFilm(Path(), "", len(pose.angles))
        given = ClipInput("walk", film, pose, measure(pose))
        opening = answer_opening(planned.subject.label)
        prompts.append(reader.prompt(given, config.frames, opening))
    return prompts


def one_by_one(
    backbone: InternVLBackbone, visual: Tensor, prompts: list[FusedPrompt], tokens: int
) -> list[str]:
    """Feature, then text, with nothing shared: what transformers itself does."""
    texts, model = [], backbone.model
    for prompt in prompts:
        backbone.fused_state(visual, replace(prompt, shared=0), FusionOrder.TEXT_FIRST)
        ids = prompt.ids.to(backbone.device)
        embedded = model.get_input_embeddings()(ids)
        seen = visual.to(embedded.device, embedded.dtype)
        embedded = embedded.masked_scatter(
            prompt.visual.to(embedded.device)[:, None], seen
        )
        written = model.generate(
            inputs_embeds=embedded[None],
            attention_mask=torch.ones_like(ids)[None],
            max_new_tokens=tokens,
            do_sample=False,
            no_repeat_ngram_size=NGRAM,
            pad_token_id=backbone.tokenizer.pad_token_id,
            eos_token_id=backbone.tokenizer.eos_token_id,
        )
        texts += backbone.tokenizer.batch_decode(written, skip_special_tokens=True)
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
    defaults = ["smollm2", "16", "96"]
    name, clips, tokens = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder:
        place = Workplace(Path(folder), Path(folder), None)
        backbone = place.backbone(name)
    torch.manual_seed(0)
    visual = torch.randn(FusionConfig().frames, backbone.width)
    visual *= backbone.model.get_input_embeddings().weight.norm(dim=-1).mean().cpu()
    visual /= visual.norm(dim=-1, keepdim=True)
    print(f"{name} on {backbone.device}, {backbone.model.dtype}, {clips} clips")
    with torch.no_grad():
        for title, text_tokens in PROMPTS.items():
            prompts = prompts_of(backbone, int(clips), text_tokens)
            compare(backbone, visual, title, prompts, int(tokens))


def compare(
    backbone: InternVLBackbone,
    visual: Tensor,
    title: str,
    prompts: list[FusedPrompt],
    tokens: int,
) -> None:
    """Both ways over one kind of prompt, and what came of it in four lines."""
    few, share = prompts[:ALONE], len(prompts) / len(prompts[:ALONE])
    start = time.perf_counter()
    alone = one_by_one(backbone, visual, few, tokens)
    slow = (time.perf_counter() - start) * share
    start = time.perf_counter()
    one_by_one(backbone, visual, few, 1)
    slow_reading = (time.perf_counter() - start) * share
    fast, together, written = in_batches(backbone, visual, prompts, tokens)
    fast_reading, _, _ = in_batches(backbone, visual, prompts, 1)
    lengths = [len(prompt.ids) for prompt in prompts]
    print(
        f"{title}: prompts of {min(lengths)} to {max(lengths)} tokens, "
        f"{prompts[0].shared} shared"
    )
    print(
        f"  one by one     {slow:6.1f} s ({slow_reading:.1f} s of it reading; timed on "
        f"{len(few)} clips), {written / slow:.1f} tokens/s"
    )
    print(
        f"  batches of {BATCH}  {fast:6.1f} s ({fast_reading:.1f} s of it reading), "
        f"{written / fast:.1f} tokens/s"
    )
    if alone != together[: len(few)]:
        raise SystemExit("the texts differ: no ratio is given")
    writing = (slow - slow_reading) / (fast - fast_reading)
    print(
        f"  texts equal; {slow / fast:.1f} times the throughput: reading "
        f"{slow_reading / fast_reading:.1f} times, writing {writing:.1f} times"
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
