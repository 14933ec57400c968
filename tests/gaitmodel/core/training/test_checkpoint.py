"""A checkpoint folder is one training's, whole, and says whom it has seen."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gaitmodel.core.config import (
    GenerationConfig,
)
from gaitmodel.core.errors import InputError, WeightsError
from gaitmodel.core.systems import reading
from gaitmodel.core.training import checkpoint
from gaitmodel.core.training.checkpoint import held
from gaitmodel.core.training.fit import fit_system
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import labelled_clips
from tests.gaitmodel.core.training.test_fit import FUSION, REQUEST, fit, quiet


def test_a_checkpoint_of_another_backbone_is_refused(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = fit(workplace, tmp_path)
    meta = json.loads((folder / "meta.json").read_text())
    meta["system_description"]["backbone_sha256"] = "0" * 64
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(WeightsError, match="backbone_sha256"):
        workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())


def test_a_checkpoint_of_another_instruction_is_refused(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fit(workplace, tmp_path)
    monkeypatch.setattr(reading, "answer_format", lambda: "Answer in other words.")
    with pytest.raises(WeightsError, match="instruction_sha256 is"):
        workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())
    meta = json.loads((folder / "meta.json").read_text())
    meta["system_description"].pop("instruction_sha256")  # as earlier versions left it
    (folder / "meta.json").write_text(json.dumps(meta))
    workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())


def test_a_corrupt_checkpoint_is_named(workplace: Workplace, tmp_path: Path) -> None:
    folder = fit(workplace, tmp_path)
    (folder / "model.safetensors").write_bytes(b"cut short")
    with pytest.raises(WeightsError, match=folder.name):
        workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())


def test_weights_that_were_changed_afterwards_are_refused(
    workplace: Workplace, tmp_path: Path
) -> None:
    weights = fit(workplace, tmp_path) / "model.safetensors"
    stored = bytearray(weights.read_bytes())
    stored[-1] ^= 1
    weights.write_bytes(stored)
    for ask in (
        lambda: workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig()),
        lambda: fit(workplace, tmp_path),
    ):
        with pytest.raises(WeightsError, match="not the file.*; delete the folder"):
            ask()


def test_two_processes_never_train_into_one_folder(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fit(workplace, tmp_path)
    monkeypatch.setattr(checkpoint, "PATIENCE_S", 0.3)
    with held(folder), pytest.raises(InputError, match="another process is training"):
        fit(workplace, tmp_path)
    fit(workplace, tmp_path)


def test_the_training_that_was_asked_for_last_is_the_one_that_answers(
    workplace: Workplace, tmp_path: Path
) -> None:
    clips = labelled_clips(tmp_path, 6)

    def folder_of(seed: int, day: int) -> Path:
        training = dataclasses.replace(REQUEST.training, seed=seed)
        request = dataclasses.replace(REQUEST, training=training)
        then = datetime(2026, 1, day, tzinfo=UTC)
        return fit_system(request, clips[:4], clips[4:], workplace, quiet, lambda: then)

    first, second = folder_of(0, 1), folder_of(1, 2)
    assert workplace.latest_checkpoint("biogait_full", "tiny") == second
    assert folder_of(0, 3) == first
    assert workplace.latest_checkpoint("biogait_full", "tiny") == first


def test_a_checkpoint_knows_whom_it_has_seen_and_names_nobody(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = fit(workplace, tmp_path)
    system = workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())
    subjects = [clip.subject for clip in labelled_clips(tmp_path, 6)]
    assert all(map(system.has_seen, subjects))
    assert not system.has_seen("somebody else")
    seen = json.loads((folder / "meta.json").read_text())["subjects_seen"]
    assert len(seen) == len(set(subjects))
    assert not set(subjects) & set(seen)


def test_a_finished_training_without_its_weights_is_not_called_done(
    workplace: Workplace, tmp_path: Path
) -> None:
    (fit(workplace, tmp_path) / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match="is missing; delete the folder"):
        fit(workplace, tmp_path)


def test_corrupt_facts_are_named_and_not_taken_for_a_training_under_way(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = fit(workplace, tmp_path)
    (folder / "meta.json").write_text("{")
    with pytest.raises(WeightsError, match=f"{folder.name}.*not JSON"):
        workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())


def test_a_checkpoint_of_another_class_list_is_refused(
    workplace: Workplace, tmp_path: Path
) -> None:
    folder = fit(workplace, tmp_path)
    meta = json.loads((folder / "meta.json").read_text())
    meta["system_description"]["classes"] = "normal,dcm"
    (folder / "meta.json").write_text(json.dumps(meta))
    with pytest.raises(WeightsError, match="classes is 'normal,dcm'"):
        workplace.answering("biogait_full", "tiny", FUSION, GenerationConfig())
