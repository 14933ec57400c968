"""The pose model and what it adds: blind to the camera's side, honest, and strong."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.gaussian_process.kernels import RBF
from sklearn.kernel_ridge import KernelRidge

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.pose.kinematics import from_gravity, to_gravity
from gaitmodel.core.pose.skel import INDEX, mirror
from gaitmodel.core.records import PoseSequence
from gaitmodel.core.systems import kinematic_machine
from gaitmodel.core.systems.descriptor import (
    FPS,
    MAX_WINDOWS,
    NUMBERS,
    WINDOW,
    descriptor,
    stride_rhythm,
    walk_descriptors,
    window_starts,
)
from gaitmodel.core.systems.grouped_folds import grouped_folds
from gaitmodel.core.systems.kinematic_machine import KinematicMachine
from gaitmodel.core.systems.walk import upright_angles
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import clip_input, swinging_pose


def limping(frames: int = 150) -> PoseSequence:
    """A walk whose left knee bends less, in HSMR's camera frame."""
    pose = swinging_pose(frames)
    pose.angles[:, INDEX["knee_angle_l"]] *= 0.5
    return pose


def turned(pose: PoseSequence, degrees: float) -> PoseSequence:
    """The same walk seen by a camera that stands elsewhere."""
    upright = to_gravity(pose)
    angles = upright.angles.copy()
    angles[:, INDEX["pelvis_rotation"]] += np.deg2rad(degrees)
    return from_gravity(dataclasses.replace(upright, angles=angles))


@pytest.mark.parametrize("degrees", [90.0, 180.0, -170.0])
def test_where_the_camera_stands_is_not_in_the_descriptor(degrees: float) -> None:
    pose = limping()
    seen, elsewhere = (walk_descriptors(p) for p in (pose, turned(pose, degrees)))
    np.testing.assert_allclose(seen, elsewhere, atol=2e-4, rtol=1e-3)


def test_a_walk_and_its_mirror_image_are_described_alike() -> None:
    angles = upright_angles(limping(), FPS)[:WINDOW]
    np.testing.assert_allclose(
        descriptor(angles), descriptor(mirror(angles)), atol=1e-5, rtol=1e-4
    )


def test_the_stride_is_found_in_hertz() -> None:
    frequency, regularity, _ = stride_rhythm(upright_angles(limping(), FPS))
    assert frequency == pytest.approx(1.0, abs=0.03)
    assert regularity > 0.95


def test_the_frame_rate_does_not_change_the_description() -> None:
    slow = limping(151)
    times = np.arange(0, 5, 1 / 60)
    own = np.arange(151) / 30
    fast = np.stack([np.interp(times, own, c) for c in slow.angles.T], axis=1)
    doubled = PoseSequence(fast.astype(np.float32), 60.0, True, "test")
    one, two = walk_descriptors(slow)[0], walk_descriptors(doubled)[0]
    known = np.isfinite(one)
    assert np.corrcoef(one[known], two[known])[0, 1] > 0.999


def test_what_was_not_observed_is_nan_and_the_rest_stays() -> None:
    pose = limping()
    partly = pose.angles.copy()
    partly[:, INDEX["elbow_flexion_r"]] = np.nan
    partly[:, INDEX["elbow_flexion_l"]] = np.nan
    one = walk_descriptors(dataclasses.replace(pose, angles=partly))[0]
    whole = walk_descriptors(pose)[0]
    known = np.isfinite(one)
    assert 0.7 < known.mean() < 1
    np.testing.assert_allclose(one[known], whole[known], rtol=1e-5)


def test_windows_cover_a_walk_from_end_to_end() -> None:
    assert window_starts(50) == [0]
    assert window_starts(WINDOW + 1) == [0, 1]
    starts = window_starts(1782)
    assert (starts[0], starts[-1], len(starts)) == (0, 1782 - WINDOW, MAX_WINDOWS)


def test_a_walk_too_short_is_refused() -> None:
    with pytest.raises(InputError, match="too short"):
        walk_descriptors(swinging_pose(10))


def made_up_walks(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """Sixty walks of twenty subjects: three classes apart in their first numbers."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(20) % 3, 3)
    walks = rng.normal(size=(60, 2, 12)).astype(np.float32)
    walks[:, :, :3] += 2.5 * np.eye(3, dtype=np.float32)[labels][:, None]
    walks[::4, 1] = np.nan
    subjects = [f"s{i // 3}" for i in range(60)]
    return torch.from_numpy(walks), torch.from_numpy(labels), subjects


def test_the_machine_solves_what_sklearns_kernel_ridge_solves() -> None:
    walks, labels, subjects = made_up_walks()
    walks = walks[:, :1].nan_to_num(0.1)
    machine = KinematicMachine(12, 8)
    machine.fit(walks, labels, subjects)
    support = machine.support.double().numpy()
    weight = kinematic_machine._weights(labels, subjects)
    weight = (weight / weight.mean()).double().numpy()
    wanted = np.eye(8)[labels.numpy()]
    offset = (wanted * weight[:, None]).sum(axis=0) / weight.sum()
    length = np.sqrt(12 / (2 * kinematic_machine.BANDWIDTH))
    # sklearn scales rows by the root of their weight: the same system of equations.
    other = KernelRidge(alpha=kinematic_machine.RIDGE, kernel="precomputed")
    other.fit(RBF(length)(support), wanted - offset, sample_weight=weight)
    expected = RBF(length)(support) @ other.dual_coef_ + offset
    np.testing.assert_allclose(machine.scores(walks).numpy(), expected, atol=1e-4)


def test_the_machine_finds_classes_in_subjects_it_never_saw() -> None:
    machine = KinematicMachine(12, 8)
    machine.fit(*made_up_walks(0))
    walks, labels, _ = made_up_walks(1)
    shares = machine(walks).exp()
    assert (shares.argmax(dim=1) == labels).float().mean() > 0.8
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(60))


def test_cross_fitted_scores_learn_nothing_from_shuffled_labels() -> None:
    walks, labels, subjects = made_up_walks()
    of_subject = dict(zip(subjects, labels.tolist(), strict=True))
    order = np.random.default_rng(5).permutation(20)
    names = list(of_subject)
    shuffled = {n: of_subject[names[i]] for n, i in zip(names, order, strict=True)}
    wrong = torch.tensor([shuffled[s] for s in subjects])
    held = KinematicMachine(12, 8).fit(walks, wrong, subjects)
    assert (held.argmax(dim=1) == wrong).float().mean() < 0.6


def test_no_subject_is_in_two_folds_and_classes_are_spread() -> None:
    _, labels, subjects = made_up_walks()
    folds = grouped_folds(subjects, labels.tolist(), 5)
    assert sorted(row for fold in folds for row in fold) == list(range(60))
    owners = [{subjects[row] for row in fold} for fold in folds]
    assert sum(len(names) for names in owners) == 20
    assert all(len({int(labels[row]) for row in fold}) == 3 for fold in folds)


def test_a_pose_model_without_two_subjects_is_refused() -> None:
    walks, labels, _ = made_up_walks()
    with pytest.raises(InputError, match="two subjects"):
        KinematicMachine(12, 8).fit(walks, labels, ["one"] * 60)


def test_a_stored_machine_decides_as_it_did() -> None:
    walks, labels, subjects = made_up_walks()
    machine = KinematicMachine(12, 8)
    machine.fit(walks, labels, subjects)
    again = KinematicMachine(12, 8)
    again.load_state_dict(machine.state_dict())
    assert torch.equal(machine(walks), again(walks))


def plus(workplace: Workplace, backbone: str):  # type: ignore[no-untyped-def]
    return workplace.trainable(
        "biogait_plus", backbone, FusionConfig(4), GenerationConfig(4, 2)
    )


def test_without_a_backbone_no_film_is_read(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = plus(workplace, "none")
    clip = dataclasses.replace(clip_input(tmp_path), film=None)
    read = system.inputs(clip)
    assert not system.reads_film
    assert read["walk"].shape == (MAX_WINDOWS, NUMBERS)
    with pytest.raises(InputError, match="no language model"):
        system.answer([clip], lambda read: [])


def test_with_a_backbone_the_head_starts_as_the_pose_model(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = plus(workplace, "tiny")
    clips = [clip_input(tmp_path, f"c{i}", seed=i) for i in range(4)]
    read = [system.inputs(clip) for clip in clips]
    batch = {name: torch.stack([one[name] for one in read]) for name in read[0]}
    torch.manual_seed(0)
    network = system.network()
    training = network.fit_closed_form(batch, torch.tensor([0, 1, 0, 1]), list("abcd"))
    alone = network.machine(batch["walk"])
    fused = network(**batch)
    assert (fused - alone).abs().max() < (alone.max() - alone.min())
    assert not torch.equal(training["f_bio"], alone)
    network(**training).sum().backward()
    assert network.head.weight.grad is not None
