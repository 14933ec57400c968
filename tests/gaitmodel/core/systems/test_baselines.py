"""The baselines: sizes that others published, and what each reads."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from transformers.models.videomae.image_processing_pil_videomae import (
    VideoMAEImageProcessorPil,
)

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError, WeightsError
from gaitmodel.core.systems import i3d, slowfast, st_gcn
from gaitmodel.core.systems.registry import SYSTEMS, Takes, backbones_for
from gaitmodel.core.systems.timesformer import TIMESFORMER
from gaitmodel.core.systems.tsn import RESNET
from gaitmodel.core.systems.videomae import VIDEOMAE
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input

FILM_KEYS = [k for k, e in SYSTEMS.items() if e.takes is Takes.FILM_WEIGHTS]
KINETICS_CLASSES = 400


def build(workplace: Workplace, key: str, backbone: str = "tiny"):  # type: ignore[no-untyped-def]
    return workplace.trainable(key, backbone, FusionConfig(4), GenerationConfig(4, 2))


def parameters(network: torch.nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def with_head_of(classes: int, network: torch.nn.Module) -> int:
    """Parameters if the last layer named ``classes`` classes instead of eight."""
    head = network.blocks[-1].proj
    return parameters(network) + (classes - 8) * (head.in_features + 1)


def test_slowfast_and_i3d_are_of_the_size_that_pytorchvideo_publishes() -> None:
    # Model zoo of PyTorchVideo: 34.57 M for SlowFast 8x8 R50, 28.04 M for I3D R50.
    with torch.device("meta"):
        assert with_head_of(KINETICS_CLASSES, slowfast.FULL()) == 34_566_488
        assert with_head_of(KINETICS_CLASSES, i3d.FULL()) == 28_043_472


@pytest.mark.parametrize(
    ("kind", "millions"), [(TIMESFORMER, 121.3), (VIDEOMAE, 86.2), (RESNET, 23.5)]
)
def test_the_transformers_classes_have_their_published_size(
    kind: object, millions: float
) -> None:
    with torch.device("meta"):
        network = kind.model(kind.full())  # type: ignore[attr-defined]
    assert parameters(network) / 1e6 == pytest.approx(millions, abs=0.06)


def test_st_gcn_is_of_its_published_size() -> None:
    # Yan et al. 2018, with 25 joints and 60 classes: 3.1 M.
    with torch.device("meta"):
        assert parameters(st_gcn.FULL()) / 1e6 == pytest.approx(3.08, abs=0.03)


def test_st_gcn_drops_half_of_each_units_features_while_it_trains() -> None:
    # Yan et al. 2018: "we randomly dropout the features at 0.5 probability after each
    # ST-GCN unit"; their nine units stand behind one that lifts the coordinates.
    network = st_gcn.FULL()
    shares = [one.p for one in network.modules() if isinstance(one, torch.nn.Dropout)]
    assert shares == [0.0] + [0.5] * 9
    joints = torch.ones(2, 3, 8, len(st_gcn.JOINTS))
    network.train()
    assert not torch.equal(network(joints), network(joints))
    network.eval()
    assert torch.equal(network(joints), network(joints))


def test_the_skeleton_is_one_tree_over_all_joints() -> None:
    parts = st_gcn.partitions()
    joined = parts.sum(axis=0) > 0
    reach = torch.matrix_power(torch.from_numpy(joined).double(), len(joined))
    assert (reach > 0).all()
    assert joined.sum() == len(joined) + 2 * (len(joined) - 1)


@pytest.mark.parametrize("key", [*FILM_KEYS, "st_gcn"])
def test_a_baseline_gives_eight_logits_and_learns(
    workplace: Workplace, tmp_path: Path, key: str
) -> None:
    system = build(workplace, key)
    read = system.inputs(clip_input(tmp_path))
    torch.manual_seed(0)
    network = system.network()
    logits = network(
        **{
            name: value[None].repeat(2, *[1] * value.dim())
            for name, value in read.items()
        }
    )
    assert logits.shape == (2, 8)
    logits.square().sum().backward()
    silent = [n for n, p in network.named_parameters() if p.grad is None]
    assert not silent


def test_a_change_of_the_pose_reaches_st_gcn_and_no_video_network(
    workplace: Workplace, tmp_path: Path
) -> None:
    clip = clip_input(tmp_path, seed=0)
    other = dataclasses.replace(clip, pose=clip_input(tmp_path, "b", seed=4).pose)
    for key, moves in (("st_gcn", True), ("tsn", False)):
        system = build(workplace, key)
        one, two = (next(iter(system.inputs(c).values())) for c in (clip, other))
        assert torch.equal(one, two) != moves


def test_weights_are_random_and_say_so_unless_a_file_is_named(
    workplace: Workplace,
) -> None:
    assert build(workplace, "i3d").describe()["weights"] == "random initialisation"
    with pytest.raises(WeightsError, match="no such file"):
        build(workplace, "i3d", "weights/I3D_8x8_R50.pyth")


def test_a_kinetics_checkpoint_fills_all_but_the_head(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i3d, "FULL", i3d.SMALL)
    torch.manual_seed(1)
    stored = i3d.SMALL().state_dict()
    stored["blocks.6.proj.weight"] = torch.randn(400, 128)
    stored["blocks.6.proj.bias"] = torch.randn(400)
    torch.save({"model_state": stored}, tmp_path / "kinetics.pyth")
    loaded = build(workplace, "i3d", str(tmp_path / "kinetics.pyth"))
    assert loaded.describe()["weights"] == "pretrained: kinetics.pyth"
    own = loaded.network().network.state_dict()
    assert torch.equal(own["blocks.0.conv.weight"], stored["blocks.0.conv.weight"])
    assert own["blocks.6.proj.weight"].shape == (8, 128)


def test_a_checkpoint_of_another_network_is_refused(
    workplace: Workplace, tmp_path: Path
) -> None:
    save_file({"conv1.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    system = build(workplace, "slowfast", str(tmp_path / "other.safetensors"))
    with pytest.raises(WeightsError, match="keys do not fit this network"):
        system.network()


def test_a_folder_that_is_no_network_of_this_kind_is_refused_as_weights(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = build(workplace, "videomae", str(tmp_path))
    with pytest.raises(WeightsError, match=r"^weights .*: the folder holds no config"):
        system.network()
    (tmp_path / "config.json").write_text('{"model_type": "internvl"}')
    with pytest.raises(
        WeightsError, match=r"^weights .*: model_type is 'internvl', not 'videomae'"
    ):
        build(workplace, "videomae", str(tmp_path)).network()


def test_a_local_transformers_folder_gives_the_first_weights(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gaitmodel.core.systems import videomae

    small = dataclasses.replace(VIDEOMAE, full=VIDEOMAE.small)
    monkeypatch.setattr(videomae, "VIDEOMAE", small)
    torch.manual_seed(3)
    config = VIDEOMAE.small()
    config.num_labels = 400
    kinetics = VIDEOMAE.model(config)
    kinetics.save_pretrained(tmp_path / "weights")
    network = build(workplace, "videomae", str(tmp_path / "weights")).network()
    own = network.network.network.videomae.state_dict()
    for name, value in kinetics.videomae.state_dict().items():
        assert torch.equal(own[name], value)
    VideoMAEImageProcessorPil(image_mean=[0.5] * 3).save_pretrained(
        tmp_path / "weights"
    )
    with pytest.raises(WeightsError, match=r"^weights .*image_mean is \[0\.5, 0\.5"):
        build(workplace, "videomae", str(tmp_path / "weights")).network()
    kinetics.half().save_pretrained(tmp_path / "half")
    network = build(workplace, "videomae", str(tmp_path / "half")).network()
    assert {p.dtype for p in network.parameters()} == {torch.float32}


def test_each_system_runs_on_what_it_takes() -> None:
    chosen = backbones_for(
        ["biogait_full", "slowfast", "biogait_plus"],
        ["smollm2", "biogait_plus=none"],
    )
    assert chosen == {
        "biogait_full": "smollm2",
        "slowfast": "none",
        "biogait_plus": "none",
    }
    with pytest.raises(InputError, match="takes an InternVL backbone, not none"):
        backbones_for(["biogait_full"], ["none"])
    with pytest.raises(InputError, match="not smollm2"):
        backbones_for(["st_gcn"], ["st_gcn=smollm2"])
