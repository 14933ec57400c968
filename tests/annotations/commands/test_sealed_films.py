"""A film that a study has sealed is taken away only by its clip's name."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from annotations.selectors.films import films_sealed
from annotations.services import study_open, study_verify
from gaitmodel.holding import clips_held
from tests import factories

pytestmark = pytest.mark.django_db


def test_taking_films_away_leaves_those_of_sealed_studies_and_says_so() -> None:
    study = study_open(study=factories.study(n_cases=3, n_raters=1))
    told = StringIO()
    call_command(
        "prepare_clips", "--all", "--skeleton-only", "--workers", "1",
        stdout=StringIO(), stderr=told,
    )  # fmt: skip
    held = "study 'First' has sealed its film; left as it is (name it: --clips)"
    assert told.getvalue().count(held) == 3
    assert study_verify(study).holds


def test_a_draft_holds_no_film_and_a_sealed_study_those_of_its_own_cases() -> None:
    draft = factories.study(n_cases=3, n_raters=1)
    names = list(draft.cases.values_list("clip__name", flat=True))
    assert films_sealed(names) == {}
    study_open(study=draft)
    factories.clip(7)
    assert list(clips_held([names[0], f"{factories.CLIP_CANARY}007"])) == [names[0]]
