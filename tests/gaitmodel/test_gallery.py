"""The gallery: a walk, a decision, and a rationale whose numbers are marked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from PIL import Image

from gaitmodel import services
from gaitmodel.core.features.measure import measure
from gaitmodel.core.rationale.evidence import check_evidence
from gaitmodel.core.rationale.highlight import segments
from gaitmodel.core.records import Prediction, RationaleText
from gaitmodel.core.store import ClipStore
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import Clip, Subject
from tests import factories
from tests.gaitmodel.core.fakes import film, swinging_pose
from tests.people import lead, rater

pytestmark = pytest.mark.django_db

FEATURES = measure(swinging_pose(120))
TEXT = (
    "1) Final diagnosis class: dcm\n2) Rationale: The cadence is "
    f"{FEATURES.metrics['cadence_spm'].value:.0f} steps/min. The cadence is "
    "187 steps/min. <script>alert()</script>"
)


@pytest.fixture
def clip(clip_store: Path) -> Clip:
    subject = Subject.objects.create(name="s1")
    clip = Clip.objects.create(
        name="w1", subject=subject, label="dcm", source="x", pose="p", state="ready"
    )
    film(ClipStore(clip_store).skeleton_path("w1"))
    services.prediction_save(
        clip=clip,
        prediction=Prediction("biogait_full", GaitClass.DCM, (0.0,) * 7 + (1.0,)),
        checkpoint="c",
    )
    services.rationale_save(
        clip=clip,
        rationale=RationaleText("biogait_full", GaitClass.DCM, TEXT, "0" * 64),
        checkpoint="c",
        evidence=check_evidence(TEXT, FEATURES).to_json(),
    )
    return clip


def page(person: str, address: str) -> object:
    client = Client()
    client.force_login(lead(person) if person == "cleo" else rater(person))
    return client.get(address)


def test_segments_joined_are_the_text_and_carry_the_verdicts() -> None:
    report = check_evidence(TEXT, FEATURES).to_json()
    cut = segments(TEXT, report["claims"])
    assert "".join(part.text for part in cut) == TEXT
    assert [p.verdict for p in cut if p.verdict] == ["supported", "contradicted"]


def test_the_lead_sees_numbers_marked_and_nothing_runs(clip: Clip) -> None:
    text = page("cleo", reverse("gallery")).content.decode()  # type: ignore[attr-defined]
    assert '<mark class="supported"' in text[text.index("<article") :]
    assert '<mark class="contradicted"' in text[text.index("<article") :]
    assert "<script>alert" not in text
    assert reverse("gaitmodel:clip_film", args=[clip.pk]) in text


def test_texts_of_a_blinded_study_have_no_place_in_the_gallery(clip: Clip) -> None:
    study = factories.study(n_cases=2, n_raters=1)
    text = page("cleo", reverse("gallery")).content.decode()  # type: ignore[attr-defined]
    assert "2 clips of studies not yet unblinded" in text
    assert factories.CLIP_CANARY not in text
    assert study.cases.count() == 2
    assert "biogait_full" in text


def test_a_rater_sees_neither_the_gallery_nor_a_film(clip: Clip) -> None:
    for address in (
        reverse("gallery"),
        reverse("gaitmodel:clip_film", args=[clip.pk]),
    ):
        client = Client()
        client.force_login(rater(f"ada-{len(address)}"))
        assert client.get(address).status_code == 403


def test_the_film_is_the_one_that_models_saw(clip: Clip, clip_store: Path) -> None:
    response = page("cleo", reverse("gaitmodel:clip_film", args=[clip.pk]))
    shown = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert shown == ClipStore(clip_store).skeleton_path("w1").read_bytes()


def test_the_export_is_one_file_with_its_pictures(clip: Clip, tmp_path: Path) -> None:
    call_command("export_gallery", str(tmp_path / "g.html"), "--label", "DCM")
    text = (tmp_path / "g.html").read_text()
    assert 'class="contradicted"' in text
    assert "data:image/jpeg;base64," in text
    assert "http" not in text


def test_an_export_of_nothing_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="generate_rationales"):
        call_command("export_gallery", str(tmp_path / "g.html"))


def test_a_strip_shows_six_frames_side_by_side(tmp_path: Path) -> None:
    import io

    from gaitmodel.core.media.strip import FRAMES, HEIGHT, film_strip

    strip = Image.open(io.BytesIO(film_strip(film(tmp_path / "a.mp4"))))
    assert strip.height == HEIGHT
    assert strip.width == FRAMES * round(64 * HEIGHT / 48)


def test_an_export_of_a_system_without_texts_names_it(
    clip: Clip, tmp_path: Path
) -> None:
    with pytest.raises(
        CommandError, match="no rationale of system 'tsn' of label 'dcm'"
    ):
        call_command(
            "export_gallery", str(tmp_path / "g.html"), "--system=tsn", "--label=DCM"
        )
