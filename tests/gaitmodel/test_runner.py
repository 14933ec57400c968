"""The runner end to end on the tiny backbone: rows in, rows out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from gaitmodel.core.config import FusionConfig, GenerationConfig, TrainConfig
from gaitmodel.core.errors import CancelledError, InputError
from gaitmodel.core.systems import reading
from gaitmodel.core.systems.internvl import InternVLBackbone
from gaitmodel.core.training.requests import GenerateRequest, TrainRequest
from gaitmodel.models import Clip, Prediction, Rationale, Run
from gaitmodel.runner.generation import run_generation
from gaitmodel.runner.runs import TASKS, watched
from gaitmodel.selectors import clip_film
from gaitmodel.services import runs
from tests.gaitmodel.core.fakes import film, swinging_pose

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = TrainRequest(
    "biogait_full", "tiny", TrainConfig(epochs=2, learning_rate=1e-3), FusionConfig(8)
)


@pytest.fixture
def cohort(tmp_path: Path, settings: object, backbones: Path) -> Path:
    """Eight walks of eight subjects in two classes, imported and prepared."""
    settings.BACKBONE_DIR = backbones  # type: ignore[attr-defined]
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"  # type: ignore[attr-defined]
    settings.FEATURE_CACHE = tmp_path / "cache"  # type: ignore[attr-defined]
    rows = ["clip,subject,label,pose,fps,split"]
    for i in range(8):
        np.save(tmp_path / f"{i}.npy", swinging_pose(70, 30 + 4 * i).angles)
        split = "test" if i >= 6 else "train"
        rows.append(f"w{i},s{i},{'dcm' if i % 2 else 'normal'},{i}.npy,30,{split}")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(rows) + "\n")
    call_command("import_clips", str(manifest))
    call_command("prepare_clips", "--workers", "1")
    return manifest


def begun(kind: str, parameters: dict[str, object]) -> Run:
    """A Run that this process has claimed."""
    return runs.run_create(
        kind=kind, system="biogait_full", parameters=parameters, queue=False
    )


def quiet(progress: float, stage: str) -> None:
    assert 0 <= progress <= 1


@pytest.mark.parametrize("kind", Run.Kind)
def test_every_kind_of_run_has_a_task_that_can_be_loaded(kind: Run.Kind) -> None:
    assert callable(import_string(TASKS[kind]))


def test_a_cohort_is_trained_evaluated_and_explained(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Clip.objects.filter(state=Clip.State.READY).count() == 8
    run = begun(Run.Kind.TRAIN, REQUEST.to_json())
    watched(run, quiet)
    assert (run.state, run.reason) == (Run.State.DONE, "")
    assert run.progress == 1.0

    request = GenerateRequest(
        ("biogait_full", "internvl3_5_zero_shot"),
        "tiny",
        ("w6", "w7"),
        GenerationConfig(6, 2),
    )
    assert run_generation(request, lambda share, stage: None) == 4
    assert Rationale.objects.count() == Prediction.objects.count() == 4
    one = Rationale.objects.filter(system="biogait_full").first()
    assert one is not None
    assert one.text.startswith("1) Final diagnosis class:")
    assert one.evidence is not None
    assert run_generation(request, lambda share, stage: None) == 0
    longer = replace(request, generation=GenerationConfig(7, 2))
    assert run_generation(longer, lambda share, stage: None) == 4
    assert run_generation(request, lambda share, stage: None) == 4  # the newest counts
    clip = Clip.objects.get(name="w6")
    clip.features["warnings"] = ["measured anew"]
    clip.save()
    assert run_generation(request, lambda share, stage: None) == 2
    for drafts in (1, 2):
        of_drafts = replace(request.generation, candidates=drafts)
        verified = replace(
            request, systems=("biogait_full_verified",), generation=of_drafts
        )
        assert run_generation(verified, lambda share, stage: None) == 2
        assert run_generation(verified, lambda share, stage: None) == 0
    untrained = replace(longer, systems=("internvl3_5_zero_shot", "biogait_no_ted"))
    more = replace(untrained, generation=GenerationConfig(8, 2))
    with pytest.raises(InputError, match="biogait_no_ted' has no finished training"):
        run_generation(more, lambda share, stage: None)
    assert not Rationale.objects.filter(details__max_new_tokens="8").exists()
    absent = replace(request, generation=GenerationConfig(6, 2, engine="vllm"))
    with pytest.raises(InputError, match="vLLM is not installed"):
        run_generation(absent, lambda share, stage: None)

    capsys.readouterr()
    call_command(
        "evaluate_systems", "--systems", "biogait_full", "--backbone", "tiny", "--json"
    )
    assert '"n": 2' in capsys.readouterr().out


def test_texts_of_other_weights_or_words_do_not_stand(
    cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = GenerateRequest(
        ("internvl3_5_zero_shot",), "tiny", ("w6",), GenerationConfig(6, 2)
    )
    assert run_generation(asked, lambda share, stage: None) == 1
    assert run_generation(asked, lambda share, stage: None) == 0
    backbone = import_string("gaitmodel.runner.inputs.workplace")().backbone("tiny")
    monkeypatch.setattr(backbone, "digest", "of weights converted anew")
    assert run_generation(asked, lambda share, stage: None) == 1
    monkeypatch.setattr(reading, "answer_format", lambda: "Answer in other words.")
    assert run_generation(asked, lambda share, stage: None) == 1
    assert run_generation(asked, lambda share, stage: None) == 0
    newest = Rationale.objects.latest("pk")
    newest.details.pop("backbone_sha256")  # as earlier versions left them
    newest.details.pop("instruction_sha256")
    newest.save()
    assert run_generation(asked, lambda share, stage: None) == 0


def test_a_film_that_turned_bad_stops_a_training_with_its_name_or_is_listed(
    cohort: Path,
) -> None:
    clip = Clip.objects.get(name="w2")
    clip_film(clip).path.write_bytes(b"no film")
    with pytest.raises(InputError, match="'w2' cannot be read.*--skip-failed"):
        watched(begun(Run.Kind.TRAIN, REQUEST.to_json()), quiet)
    lenient = begun(Run.Kind.TRAIN, replace(REQUEST, skip_failed=True).to_json())
    watched(lenient, quiet)
    assert list(lenient.result["skipped"]) == ["w2"]


def test_a_film_that_turned_bad_stops_the_table_or_is_left_out_of_it(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    watched(begun(Run.Kind.TRAIN, REQUEST.to_json()), quiet)
    clip_film(Clip.objects.get(name="w6")).path.write_bytes(b"no film")
    asked = ("evaluate_systems", "--systems", "biogait_full", "--backbone", "tiny")
    with pytest.raises(CommandError):
        call_command(*asked)
    call_command(*asked, "--skip-failed", "--json")
    printed = capsys.readouterr()
    assert "left out: w6: " in printed.err
    assert '"n": 1' in printed.out


def test_a_run_out_of_memory_says_what_to_do(
    cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(InternVLBackbone, "encode_frames", full)
    run = begun(Run.Kind.TRAIN, REQUEST.to_json())
    with pytest.raises(torch.OutOfMemoryError):
        watched(run, quiet)
    run.refresh_from_db()
    assert run.reason.startswith("the device is out of memory: lower --batch-size")
    with pytest.raises(CommandError, match="out of memory: lower") as caught:
        call_command("extract_features", "--backbone", "tiny")
    assert caught.value.returncode == 1


def test_a_run_that_fails_keeps_its_reason(cohort: Path) -> None:
    Clip.objects.update(split="")
    run = begun(Run.Kind.TRAIN, REQUEST.to_json())
    with pytest.raises(InputError, match="split 'train'"):
        watched(run, quiet)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "split 'train'" in run.reason


def test_a_cancelled_run_stops_and_says_so(
    cohort: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "HEARTBEAT_S", 0.01)
    slow = TrainRequest("biogait_full", "tiny", TrainConfig(epochs=500), REQUEST.fusion)
    run = begun(Run.Kind.TRAIN, slow.to_json())

    def cancel(progress: float, stage: str) -> None:
        runs.run_cancel(run_id=run.pk)

    with pytest.raises(CancelledError):
        watched(run, cancel)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED


def manifest_of(tmp_path: Path, **poses: np.ndarray) -> Path:
    rows = ["clip,subject,label,pose,fps,split"]
    for name, angles in poses.items():
        np.save(tmp_path / f"{name}.npy", angles)
        rows.append(f"{name},s-{name},dcm,{name}.npy,30,test")
    path = tmp_path / "m.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_clip_that_turned_bad_does_not_stop_the_rest(tmp_path: Path) -> None:
    poses = {name: swinging_pose(70, 40.0 + i).angles for i, name in enumerate("abc")}
    call_command("import_clips", str(manifest_of(tmp_path, **poses)))
    np.save(tmp_path / "a.npy", np.zeros((70, 45), np.float32))
    (tmp_path / "c.npy").unlink()
    with pytest.raises(CommandError, match="45") as caught:
        call_command("prepare_clips", "--workers", "1", "--no-films")
    assert caught.value.returncode == 2
    states = dict(Clip.objects.values_list("name", "state"))
    assert states == {"a": "failed", "b": "ready", "c": "failed"}


@pytest.mark.parametrize(
    ("angles", "rule"),
    [(np.zeros((70, 45), np.float32), "45"), (np.full((70, 46), np.inf), "inf")],
)
def test_a_manifest_with_a_bad_pose_is_refused_whole(
    tmp_path: Path, angles: np.ndarray, rule: str
) -> None:
    path = manifest_of(tmp_path, good=swinging_pose(70).angles, bad=angles)
    with pytest.raises(CommandError, match=rule) as caught:
        call_command("import_clips", str(path))
    assert caught.value.returncode == 2
    assert "m.csv, clip 'bad'" in str(caught.value)
    assert not Clip.objects.exists()


def test_one_walk_under_two_subjects_is_refused(tmp_path: Path) -> None:
    same = swinging_pose(70).angles
    with pytest.raises(CommandError, match="have the same pose") as caught:
        call_command("import_clips", str(manifest_of(tmp_path, a=same, b=same)))
    assert caught.value.returncode == 2


def test_a_film_cut_in_half_is_refused_at_import(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "m.csv").write_text("clip,subject,label,video\na,s,dcm,half.mp4\n")
    with pytest.raises(CommandError, match=r"half\.mp4") as caught:
        call_command("import_clips", str(tmp_path / "m.csv"))
    assert caught.value.returncode == 2
    assert not Clip.objects.exists()


def test_a_manifest_with_a_film_that_does_not_decode_is_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "film.mp4").write_bytes(b"not a film")
    (tmp_path / "m.csv").write_text("clip,subject,label,video\na,s,dcm,film.mp4\n")
    with pytest.raises(CommandError, match=r"film\.mp4") as caught:
        call_command("import_clips", str(tmp_path / "m.csv"))
    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("command", "arguments", "sentence"),
    [
        ("train_biogait", ["--system", "nonsense", "--backbone", "tiny"], "nonsense"),
        (
            "train_biogait",
            ["--system", "biogait_full", "--backbone", "no-such"],
            "no-such",
        ),
        (
            "train_biogait",
            ["--system", "internvl3_5_zero_shot", "--backbone", "tiny"],
            "zero-shot",
        ),
        (
            "train_biogait",
            ["--system", "biogait_full", "--backbone", "tiny", "--epochs", "0"],
            "--epochs",
        ),
        ("evaluate_systems", ["--systems", "nonsense"], "nonsense"),
        (
            "evaluate_systems",
            ["--systems", "biogait_full", "--backbone", "no-such"],
            "neither tiny",
        ),
        (
            "generate_rationales",
            ["--systems", "biogait_full", "--backbone", "tiny", "--label", "flu"],
            "flu",
        ),
        ("export_gallery", ["/dev/null/gallery.html"], "nothing can be written"),
        ("evaluate_systems", ["--out", "/dev/null"], "nothing can be written"),
    ],
)
def test_unusable_arguments_are_one_sentence_and_exit_code_2(
    settings: object, backbones: Path, command: str, arguments: list[str], sentence: str
) -> None:
    settings.BACKBONE_DIR = backbones  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command(command, *arguments)
    assert caught.value.returncode == 2
    assert not Run.objects.exists()
