"""A walker who is to be forgotten leaves neither rows nor files, unless a study holds them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from gaitmodel.models import Clip, FilmReview, Prediction, Rationale, Subject, Walkway
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def features(settings: Settings, tmp_path: Path) -> Path:
    """A cache that holds features of somebody's film."""
    cache = tmp_path / "features"
    (cache / "ab").mkdir(parents=True)
    (cache / "ab" / "abcd.safetensors").touch()
    settings.FEATURE_CACHE = cache
    return cache


def test_a_subject_is_erased_with_films_features_and_texts(
    features: Path, settings: Settings
) -> None:
    mine, another = factories.clips_with_rationales(2)
    Prediction.objects.create(clip=mine, system="tsn", label="normal")
    FilmReview.objects.create(
        clip=mine, status="review", finding="?", doubts_sha256="0" * 64
    )
    Walkway.objects.create(clip=mine, values={}, source="mat.csv")
    folder = Path(settings.CLIP_STORE) / mine.name
    assert folder.exists()
    said = StringIO()
    call_command("erase_subject", mine.subject.name, stdout=said)
    assert f"1 clips erased ({mine.name})" in said.getvalue()
    assert "backups" in said.getvalue()
    assert not folder.exists()
    assert not features.exists()
    assert list(Clip.objects.all()) == [another]
    assert list(Subject.objects.all()) == [another.subject]
    for model in (Prediction, Rationale, FilmReview, Walkway):
        assert not model.objects.filter(clip_id=mine.pk).exists()
    assert (Path(settings.CLIP_STORE) / another.name).exists()


def test_a_subject_of_a_study_stays_whole_and_the_study_is_the_reason(
    features: Path, settings: Settings
) -> None:
    study = factories.study(n_cases=2, n_raters=1)
    held = study.cases.first().clip
    texts = Rationale.objects.count()
    with pytest.raises(CommandError, match="a study holds one of their clips") as told:
        call_command("erase_subject", held.subject.name)
    assert told.value.returncode == 2
    assert Rationale.objects.count() == texts
    assert (Path(settings.CLIP_STORE) / held.name).exists()
    assert features.exists()


def test_a_subject_whom_nobody_knows_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="no subject is named 'nobody'") as told:
        call_command("erase_subject", "nobody")
    assert told.value.returncode == 2
