"""What batching saves: python -m benchmarks.generation [BACKBONE] [CLIPS] [TOKENS].

Synthetic walks and the real prompts, greedy; float32 on a CPU, bf16 on a GPU. One by
one, as in plain transformers: each clip is read for its feature and again by
``generate`` for its text. Batched, as in the product: weights are packed once, the
instruction is read and cached once for all clips, one reading of the rest serves both
feature and text, whose opening is appended when the class is known, the cache is filled
in place, and finished texts leave the batch. Three prompts: without biomechanics
(nearly all of it is shared), with as many angles as ``make demo`` writes, and with the
paper's 1,024 tokens of them. Each is measured twice: with texts of full length, for
throughput, and with texts that end by themselves, so that the batch shrinks. In float32
the texts must be equal, or no ratio is printed; in half precision the number of equal
ones is printed. One by one is timed on a few clips and scaled by clips read and tokens
written.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from gaitmodel.core.config import FusionConfig, FusionOrder, GenerationConfig
from gaitmodel.core.decoding.prompt_batches import FusedPrompt
from gaitmodel.core.features.measure import measure
from gaitmodel.core.records import ClipFilm
from gaitmodel.core.sources.synthetic import plan_cohort
from gaitmodel.core.systems.answer_form import answer_opening
from gaitmodel.core.systems.base import ClipInput
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.systems.reading import ClipReader
from gaitmodel.core.training.workplace import Workplace

BANDWIDTH = {"H100": 3350.0, "H200": 4800.0, "A100": 2040.0}  # GB/s
BATCH = 16
ALONE = 4  # clips that are also written one by one


PROMPTS = {"no biomechanics": 0, "as in make demo": 320, "as in the paper": 1024}


@dataclass(frozen=True)
class Asked:
    """A clip's prompt and how its answer opens."""

    prompt: FusedPrompt
    opening: str


def asked_of(backbone: InternVLBackbone, clips: int, text_tokens: int) -> list[Asked]:
    """The real prompts of ``clips`` synthetic walks, with ``text_tokens`` of angles."""
    config = FusionConfig(text_tokens=text_tokens)
    reader = ClipReader(backbone, config, biomechanics=text_tokens > 0)
    asked = []
    for planned in plan_cohort(0, -(-clips // 8), 1)[:clips]:
        pose = planned.pose(planned.walk(4.3))
        film = ClipFilm(Path(), "", len(pose.angles))
        given = ClipInput("walk", film, pose, measure(pose))
        prompt = reader.prompt(reader.evidence(given), config.frames)
        asked.append(Asked(prompt, answer_opening(planned.subject.label)))
    return asked


@dataclass(frozen=True)
class Written:
    """Texts, their number of tokens, and the seconds in total and for reading."""

    texts: list[str]
    tokens: int
    whole_s: float
    reading_s: float

    @property
    def writing_s(self) -> float:
        return self.whole_s - self.reading_s


def one_by_one(
    backbone: InternVLBackbone, visual: Tensor, asked: list[Asked], limit: int
) -> tuple[list[str], int]:
    """Feature, then text, with nothing shared: what transformers itself does."""
    texts, tokens, model = [], 0, backbone.model
    for one in asked:
        alone = replace(one.prompt, shared=0)
        backbone.fused_state(visual, alone, FusionOrder.TEXT_FIRST)
        opening = backbone.tokenizer(one.opening, return_tensors="pt")["input_ids"][0]
        ids = torch.cat([one.prompt.ids, opening]).to(backbone.device)
        places = (ids == backbone.image_token)[:, None]
        embedded = model.get_input_embeddings()(ids)
        seen = visual.to(embedded.device, embedded.dtype)
        written = model.generate(
            inputs_embeds=embedded.masked_scatter(places, seen)[None],
            attention_mask=torch.ones_like(ids)[None],
            max_new_tokens=limit,
            do_sample=False,
            no_repeat_ngram_size=NGRAM,
            pad_token_id=backbone.tokenizer.pad_token_id,
            eos_token_id=backbone.tokenizer.eos_token_id,
        )
        texts += backbone.tokenizer.batch_decode(written, skip_special_tokens=True)
        tokens += int((written != backbone.tokenizer.eos_token_id).sum())
    return texts, tokens


NGRAM = GenerationConfig().no_repeat_ngram


def in_batches(
    backbone: InternVLBackbone, visual: Tensor, asked: list[Asked], limit: int
) -> tuple[list[str], int]:
    texts, tokens = [], 0
    room = limit + max(backbone.count_tokens(one.opening) for one in asked)
    for first in range(0, len(asked), BATCH):
        part = asked[first : first + BATCH]
        reading = backbone.read([visual] * len(part), [a.prompt for a in part], room)
        written = reading.new_tokens([a.opening for a in part], limit, NGRAM)
        texts += backbone.tokenizer.batch_decode(written, skip_special_tokens=True)
        ended = (written == backbone.tokenizer.eos_token_id).cumsum(dim=1)
        tokens += int((ended == 0).sum())
    return texts, tokens


Way = Callable[[InternVLBackbone, Tensor, list[Asked], int], tuple[list[str], int]]


def timed(
    way: Way,
    backbone: InternVLBackbone,
    visual: Tensor,
    asked: list[Asked],
    limit: int,
) -> Written:
    """The outcome and the time; that of a single token counts as reading."""
    start = time.perf_counter()
    texts, tokens = way(backbone, visual, asked, limit)
    middle = time.perf_counter()
    way(backbone, visual, asked, 1)
    end = time.perf_counter()
    return Written(texts, tokens, middle - start, end - middle)


def main() -> None:
    defaults = ["smollm2", "16", str(GenerationConfig.max_new_tokens)]
    name, clips, limit = (*sys.argv[1:], *defaults[len(sys.argv) - 1 :])
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
            asked = asked_of(backbone, int(clips), text_tokens)
            lengths = [len(one.prompt.ids) for one in asked]
            print(
                f"{title}: prompts of {min(lengths)} to {max(lengths)} tokens, "
                f"{asked[0].prompt.shared} shared"
            )
            for has_end in (False, True):
                with ends(backbone, has_end):
                    compare(backbone, visual, asked, int(limit), has_end)


@contextmanager
def ends(backbone: InternVLBackbone, has_end: bool) -> Iterator[None]:
    """Let no text end by itself, to measure throughput, or let each."""
    own = backbone.tokenizer.eos_token
    if not has_end:
        backbone.tokenizer.eos_token = backbone.tokenizer.convert_ids_to_tokens(
            backbone.image_token
        )
    try:
        yield
    finally:
        backbone.tokenizer.eos_token = own


def compare(
    backbone: InternVLBackbone,
    visual: Tensor,
    asked: list[Asked],
    limit: int,
    has_end: bool,
) -> None:
    """Both ways over one kind of prompt; one by one scaled by clips and tokens."""
    few = asked[:ALONE]
    if backbone.device.type == "cuda":  # warm up: its start counts for neither
        for way in (one_by_one, in_batches):
            way(backbone, visual, few, 2)
    alone = timed(one_by_one, backbone, visual, few, limit)
    batch = timed(in_batches, backbone, visual, asked, limit)
    equal = sum(a == b for a, b in zip(alone.texts, batch.texts, strict=False))
    if equal < len(few) and backbone.model.dtype == torch.float32:
        raise SystemExit("the texts differ: no ratio is given")
    reading = alone.reading_s * len(asked) / len(few)
    writing = alone.writing_s * batch.tokens / alone.tokens
    title = "ending by themselves" if has_end else f"{limit} tokens each"
    print(f"  {title}: {batch.tokens} tokens, {equal} of {len(few)} texts equal")
    for way, read, wrote in (
        (f"one by one (from {len(few)} clips)", reading, writing),
        (f"in batches of {BATCH}", batch.reading_s, batch.writing_s),
    ):
        print(
            f"    {way:<26} reading {read:6.1f} s, writing {wrote:6.1f} s, "
            f"{batch.tokens / (read + wrote):5.1f} tokens/s"
        )
    whole = (reading + writing) / batch.whole_s
    print(
        f"    {whole:.1f} times the throughput: reading "
        f"{reading / batch.reading_s:.1f} times, writing "
        f"{writing / batch.writing_s:.1f} times",
        flush=True,
    )
    _share_of_bandwidth(backbone, batch.tokens / batch.whole_s)


def _share_of_bandwidth(backbone: InternVLBackbone, rate: float) -> None:
    """Tokens/s as a share of the bound of reading every weight once per batch step."""
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
