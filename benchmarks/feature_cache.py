"""What the cache saves: python -m benchmarks.feature_cache [CLIPS] [EPOCHS].

The real shape of InternVL3.5-1B with random weights: time depends on shapes, not on
values. The vision encoder is timed on eight of a clip's 32 frames, one forward pass,
and multiplied; training times are extrapolated from seconds per step. Prints both
training times, their ratio, and the share of the bf16 peak that the vision encoder
reached, where the peak is known.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from transformers import InternVLConfig, InternVLForConditionalGeneration

from gaitmodel.core.config import TedConfig, TrainConfig
from gaitmodel.core.seeding import repeatable
from gaitmodel.core.systems.biogait import BioGaitClassifier
from gaitmodel.core.systems.pixels import preprocess
from gaitmodel.core.systems.ted import TemporalEvidenceDistillation
from gaitmodel.core.training.loss import weighted_cross_entropy

FRAMES, CHUNK, PROMPT = 32, 8, 1300
VISION_TFLOP, PREFILL_TFLOP = 23.24, 1.34  # of one clip: 32 frames, 1,300 tokens
BF16_PEAK = {"H100": 990.0, "H200": 990.0, "A100": 312.0}  # TFLOP/s, dense


def real_shape(device: torch.device) -> InternVLForConditionalGeneration:
    """InternVL3.5-1B's shape in bf16, random weights."""
    config = InternVLConfig(
        vision_config={"image_size": [448, 448], "patch_size": [14, 14]},
        text_config={
            "model_type": "qwen3",
            "hidden_size": 1024,
            "intermediate_size": 3072,
            "num_hidden_layers": 28,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "vocab_size": 151936,
        },
        tie_word_embeddings=False,
    )
    with torch.device(device):
        torch.set_default_dtype(torch.bfloat16)
        model = InternVLForConditionalGeneration(config).eval()
        torch.set_default_dtype(torch.float32)
    return model


def timed(work: Callable[[], object], device: torch.device, repeats: int) -> float:
    """Median seconds of ``repeats`` calls, after one warm-up call on a GPU."""
    if device.type == "cuda":
        work()
    spent = []
    for _ in range(repeats):
        _wait(device)
        start = time.perf_counter()
        work()
        _wait(device)
        spent.append(time.perf_counter() - start)
    return float(np.median(spent))


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


@torch.no_grad()
def frozen_seconds(device: torch.device) -> tuple[float, float]:
    """Seconds of one clip in the vision encoder and in the language model."""
    model = real_shape(device)
    frames = np.random.default_rng(0).integers(0, 255, (CHUNK, 448, 448, 3), np.uint8)
    pixels = preprocess(frames, 448).to(device, torch.bfloat16)
    parts = FRAMES // CHUNK
    repeats = 1 if device.type == "cpu" else 5
    chunk = timed(
        lambda: model.model.get_image_features(pixel_values=pixels), device, repeats
    )
    prompt = torch.zeros(1, PROMPT, 1024, dtype=torch.bfloat16, device=device)
    prefill = timed(
        lambda: model.model.language_model(inputs_embeds=prompt, use_cache=False),
        device,
        repeats,
    )
    return parts * chunk, prefill


def step_seconds(device: torch.device, batch: int, fused: bool) -> float:
    """Seconds of one cached step: 37.9 M parameters over V and f_vlm on the device."""
    torch.manual_seed(0)
    ted = TemporalEvidenceDistillation(1024, FRAMES, TedConfig())
    network = BioGaitClassifier(1024, ted, 8).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=5e-4, fused=fused)
    visual = torch.randn(64, FRAMES, 1024, device=device)
    f_vlm = torch.randn(64, 1024, device=device)
    labels = torch.arange(64, device=device) % 8
    weights = torch.ones(8, device=device)

    def step() -> None:
        rows = torch.randint(64, (batch,), device=device)
        logits = network(visual=visual[rows], f_vlm=f_vlm[rows])
        loss = weighted_cross_entropy(logits, labels[rows], weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    with repeatable(device):  # as a training does
        return timed(step, device, 10)


def main() -> None:
    clips, epochs = (
        int(a) for a in (sys.argv[1:] + ["915", "40"][len(sys.argv) - 1 :])
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    vision, language = frozen_seconds(device)
    batch = TrainConfig().batch_size
    step, plain = (step_seconds(device, batch, fused) for fused in (True, False))
    steps = epochs * -(-clips // batch)
    cached = clips * (vision + language) + steps * step
    rerun = steps * (batch * (vision + language) + step)
    print(f"{name}, {torch.get_num_threads()} threads, random weights, real shape")
    print(
        f"a clip: vision {vision:.2f} s ({FRAMES} frames, from {CHUNK}), "
        f"language model {language:.2f} s ({PROMPT} tokens)"
    )
    print(
        f"a cached step: {1000 * step:.1f} ms fused optimiser, {1000 * plain:.1f} plain"
    )
    print(
        f"{epochs} epochs of {clips} clips, extrapolated from those: re-running the "
        f"backbone {rerun / 3600:.1f} h; extraction once and the cache "
        f"{cached / 3600:.2f} h: {rerun / cached:.0f} times cheaper"
    )
    for card, peak in BF16_PEAK.items():
        if card in name:
            share = VISION_TFLOP / vision / peak
            print(f"vision encoder: {100 * share:.0f} % of {card}'s {peak:.0f} TFLOP/s")


if __name__ == "__main__":
    main()
