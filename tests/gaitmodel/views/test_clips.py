"""The lead's clip pages: film, curves, findings; and the walkway's agreement."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from gaitmodel.models import Clip, Subject, Walkway
from tests.factories import prepare
from tests.gaitmodel.core.fakes import swinging_pose
from tests.people import lead, rater

pytestmark = pytest.mark.django_db


def walk(folder: Path, name: str, subject: str) -> Clip:
    pose = folder / f"{name}.npy"
    np.save(pose, swinging_pose(120, knee_deg=50 + len(name)).angles)
    owner, _ = Subject.objects.get_or_create(name=subject)
    made = Clip.objects.create(
        name=name,
        subject=owner,
        label="normal",
        source="manifest",
        pose=str(pose),
        fps=30,
    )
    prepare(made)
    made.refresh_from_db()
    return made


@pytest.fixture
def cleo() -> Client:
    client = Client()
    client.force_login(lead("cleo"))
    return client


def test_a_walk_is_shown_with_film_curves_and_plain_words(
    cleo: Client, tmp_path: Path
) -> None:
    clip = walk(tmp_path, "walk-1", "S1")
    page = cleo.get(reverse("gaitmodel:clip", args=[clip.pk])).content.decode()
    assert "Knee flexion" in page
    assert 'class="event strike left"' in page
    assert "Outside the usual range" in page
    assert "100 to 125" in page
    film = reverse("gaitmodel:clip_film", args=[clip.pk])
    assert film in page
    part = cleo.get(film, headers={"Range": "bytes=0-99"})
    assert (part.status_code, part["Content-Length"]) == (206, "100")


def test_an_unprepared_clip_says_so_and_has_no_film(cleo: Client) -> None:
    owner = Subject.objects.create(name="S1")
    raw = Clip.objects.create(name="raw", subject=owner, label="normal", pose="p.npy")
    page = cleo.get(reverse("gaitmodel:clip", args=[raw.pk])).content.decode()
    assert "not been prepared yet" in page
    assert cleo.get(reverse("gaitmodel:clip_film", args=[raw.pk])).status_code == 404


def test_the_list_is_narrowed_by_class_and_state(cleo: Client, tmp_path: Path) -> None:
    walk(tmp_path, "walk-1", "S1")
    listed = reverse("gaitmodel:clip_list")
    assert "walk-1" in cleo.get(listed, {"label": "normal"}).content.decode()
    assert "walk-1" not in cleo.get(listed, {"state": "failed"}).content.decode()


def test_raters_see_no_clip(tmp_path: Path) -> None:
    clip = walk(tmp_path, "walk-1", "S1")
    ada = Client()
    ada.force_login(rater("ada"))
    for path in (
        reverse("gaitmodel:clip_list"),
        reverse("gaitmodel:clip", args=[clip.pk]),
        reverse("gaitmodel:clip_film", args=[clip.pk]),
        reverse("gaitmodel:walkway"),
    ):
        assert ada.get(path).status_code == 403


def mat(folder: Path, *rows: str) -> Path:
    path = folder / "mat.csv"
    path.write_text("\n".join(["clip,Cadence,Velocity", *rows]))
    return path


def test_a_mats_file_gives_limits_of_agreement_and_plots(
    cleo: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(4):
        walk(tmp_path, f"walk-{number}", f"S{number}")
    path = mat(tmp_path, *(f"walk-{n},{118 + n},1" for n in range(4)))
    call_command("walkway", str(path), "--json", "--out", str(tmp_path / "plots"))
    printed = capsys.readouterr()
    assert json.loads(printed.out)["cadence_spm"]["subjects"] == 4
    assert "Velocity" in printed.err
    assert "<svg" in (tmp_path / "plots" / "cadence_spm.svg").read_text()
    page = cleo.get(reverse("gaitmodel:walkway")).content.decode()
    assert "Limits of agreement" in page
    assert page.count("<circle") == 4


def test_a_mats_file_with_an_unknown_clip_changes_nothing(tmp_path: Path) -> None:
    walk(tmp_path, "walk-1", "S1")
    path = mat(tmp_path, "walk-1,118,1", "stranger,100,1")
    with pytest.raises(CommandError, match="clip 'stranger' is not imported"):
        call_command("walkway", str(path))
    assert not Walkway.objects.exists()


@pytest.mark.parametrize("asked", ["label", "state"])
def test_the_list_is_whole_where_nothing_known_is_asked_for(
    cleo: Client, tmp_path: Path, asked: str
) -> None:
    walk(tmp_path, "walk-1", "S1")
    for wanted in ("nothing", "\0"):
        page = cleo.get(reverse("gaitmodel:clip_list"), {asked: wanted})
        assert "walk-1" in page.content.decode()
