"""evaluate_systems from rows to the lead's page, with systems that need no backbone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from gaitmodel.core.scoring.shortcut import ShortcutRow, write_rows
from gaitmodel.core.store import ClipStore
from gaitmodel.models import Clip, Evaluation
from tests.gaitmodel.core.fakes import swinging_pose
from tests.people import lead, rater

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(tmp_path: Path, settings: object) -> Path:
    """Twelve pose-only walks of twelve subjects, in which stiff knees are dcm."""
    settings.BACKBONE_DIR = tmp_path / "backbones"  # type: ignore[attr-defined]
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"  # type: ignore[attr-defined]
    settings.FEATURE_CACHE = tmp_path / "cache"  # type: ignore[attr-defined]
    rows = ["clip,subject,label,pose,fps,split"]
    for i in range(12):
        knee = 25 + i if i % 2 else 55 + i
        np.save(tmp_path / f"{i}.npy", swinging_pose(70, knee).angles)
        split = "test" if i >= 8 else "train"
        rows.append(f"w{i},s{i},{'dcm' if i % 2 else 'normal'},{i}.npy,30,{split}")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(rows) + "\n")
    call_command("import_clips", str(manifest))
    call_command("prepare_clips", "--workers", "1", "--no-films")
    return tmp_path


def train(*more: str) -> None:
    call_command("train_biogait", "--epochs", "2", *more)


def test_pose_systems_train_and_are_judged_without_a_film(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    train("--system", "st_gcn", "--backbone", "tiny")
    capsys.readouterr()
    call_command(
        "evaluate_systems",
        *("--systems", "biogait_plus,st_gcn"),
        *("--backbone", "none", "--backbone", "st_gcn=tiny"),
        *("--split", "test", "--json", "--out", str(cohort / "out")),
    )
    printed = json.loads(capsys.readouterr().out)
    assert (printed["split"], printed["n"], printed["n_subjects"]) == ("test", 4, 4)
    assert printed["systems"]["biogait_plus"]["accuracy"] == 1.0
    assert "biogait_plus vs st_gcn" in printed["comparisons"]
    written = {path.name for path in (cohort / "out").iterdir()}
    assert written == {"table1.md", "table1.csv", "table1.tex", "table1.json"}
    store = ClipStore(cohort / "clips")
    assert not store.skeleton_path("w0").exists()


def test_a_subject_who_was_trained_on_is_no_test_subject_after_a_new_split(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    manifest = cohort / "manifest.csv"
    rows = manifest.read_text().replace("0.npy,30,train", "0.npy,30,test")
    manifest.write_text(rows)
    call_command("import_clips", str(manifest))
    call_command("prepare_clips", "--workers", "1", "--no-films")
    asked = ("evaluate_systems", "--systems", "biogait_plus", "--backbone", "none")
    with pytest.raises(CommandError, match="'w0' .*was trained or chosen on .*'s0'"):
        call_command(*asked)
    train("--system", "biogait_plus", "--backbone", "none")
    call_command(*asked)
    capsys.readouterr()
    call_command(*asked, "--split", "train")
    said = "was trained or chosen on 7 of these subjects"
    assert said in capsys.readouterr().out
    cleo = Client()
    cleo.force_login(lead("cleo"))
    assert said in cleo.get(reverse("gaitmodel:table_one")).content.decode()


def test_the_shortcut_test_of_another_backbone_is_not_put_into_the_table(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    arguments = ("--systems", "biogait_plus", "--backbone", "none", "--json")
    row = ShortcutRow("biogait_plus", "BioGait+ (ours)", "none", 16, 1.0, 0.9375)
    write_rows(cohort, [row])
    capsys.readouterr()
    call_command("evaluate_systems", *arguments, "--shortcut", str(cohort))
    printed = json.loads(capsys.readouterr().out)["systems"]["biogait_plus"]
    assert printed["shortcut"]["swapped"] == 0.9375
    cleo = Client()
    cleo.force_login(lead("cleo"))
    page = cleo.get(reverse("gaitmodel:table_one")).content.decode()
    assert "Scenes swapped (%)" in page
    assert "93.8" in page
    write_rows(cohort, [replace(row, backbone="tiny")])
    with pytest.raises(CommandError, match="ran on backbone 'tiny', not on 'none'"):
        call_command("evaluate_systems", *arguments, "--shortcut", str(cohort))


def test_shortcut_tests_of_unlike_size_stand_in_no_table_together(cohort: Path) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    train("--system", "st_gcn", "--backbone", "tiny")
    row = ShortcutRow("biogait_plus", "BioGait+ (ours)", "none", 16, 1.0, 0.9375)
    small = replace(row, system="st_gcn", title="ST-GCN", backbone="tiny", n=8)
    other = replace(row, system="tsn", n=4)
    write_rows(cohort, [row, small, other])
    asked = ("evaluate_systems", "--shortcut", str(cohort), "--backbone", "none")
    with pytest.raises(CommandError, match="are of 8 and 16 walks"):
        call_command(
            *asked, "--backbone", "st_gcn=tiny", "--systems", "biogait_plus,st_gcn"
        )
    call_command(*asked, "--systems", "biogait_plus")


def test_all_that_is_ready_is_evaluated_and_the_rest_is_named(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="no system is ready"):
        call_command("evaluate_systems", "--backbone", "none")
    train("--system", "biogait_plus", "--backbone", "none")
    capsys.readouterr()
    call_command("evaluate_systems", "--backbone", "none")
    page = capsys.readouterr()
    assert "BioGait+ (ours)" in page.out
    assert "left out: slowfast" in page.err


def test_a_target_that_is_not_evaluated_is_refused(cohort: Path) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    with pytest.raises(CommandError, match="--target 'tsn'") as caught:
        call_command(
            "evaluate_systems",
            *("--systems", "biogait_plus", "--backbone", "none", "--target", "tsn"),
        )
    assert caught.value.returncode == 2


def test_the_lead_sees_the_table_with_its_pictures_and_a_rater_does_not(
    cohort: Path,
) -> None:
    cleo, ada = Client(), Client()
    cleo.force_login(lead("cleo"))
    ada.force_login(rater("ada"))
    address = reverse("gaitmodel:table_one")
    assert "Nothing has been evaluated" in cleo.get(address).content.decode()
    train("--system", "biogait_plus", "--backbone", "none")
    call_command("evaluate_systems", "--backbone", "none", "--systems", "biogait_plus")
    page = cleo.get(address).content.decode()
    assert "Confusion matrix of BioGait+ (ours)" in page
    assert "Reliability of BioGait+ (ours)" in page
    assert ada.get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert Evaluation.objects.count() == 1


def test_a_failed_clip_stops_the_training_unless_it_is_to_be_skipped(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Clip.objects.filter(name="w3").update(state=Clip.State.FAILED, reason="no legs")
    arguments = ("--system", "biogait_plus", "--backbone", "none")
    with pytest.raises(CommandError, match=r"clip 'w3' is not ready \(no legs\)"):
        train(*arguments)
    train(*arguments, "--skip-failed")
    printed = capsys.readouterr().out
    assert "left out: w3: no legs" in printed
    assert "audit: 11 subjects, none in two splits" in printed


def test_a_failed_test_clip_is_never_left_out_silently(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    Clip.objects.filter(name="w9").update(state=Clip.State.FAILED, reason="no legs")
    asked = ("evaluate_systems", "--systems", "biogait_plus", "--backbone", "none")
    with pytest.raises(CommandError, match=r"clip 'w9' is not ready \(no legs\)"):
        call_command(*asked)
    call_command(*asked, "--skip-failed")
    assert "left out: w9: no legs" in capsys.readouterr().err


def test_a_walk_that_a_system_cannot_read_is_left_out_for_all_or_stops(
    cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train("--system", "biogait_plus", "--backbone", "none")
    train("--system", "st_gcn", "--backbone", "tiny")
    np.save(cohort / "9.npy", swinging_pose(12).angles)  # 0.4 s
    call_command("import_clips", str(cohort / "manifest.csv"))
    call_command("prepare_clips", "--workers", "1", "--no-films", "--all")
    asked = ("evaluate_systems", "--systems", "biogait_plus,st_gcn", "--json")
    asked += ("--backbone", "none", "--backbone", "st_gcn=tiny")
    with pytest.raises(CommandError, match="clip 'w9': a walk of 0.40 s is too short"):
        call_command(*asked)
    capsys.readouterr()
    call_command(*asked, "--skip-failed")
    page = capsys.readouterr()
    assert "left out: w9: clip 'w9': a walk of 0.40 s is too short" in page.err
    assert json.loads(page.out)["n"] == 3
