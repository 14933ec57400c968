"""axe finds nothing on the lead's pages of clips, films in doubt, walkway and planning."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from django.urls import reverse

from annotations.services import study_lock
from gaitmodel.models import Clip, FilmReview, Run
from gaitmodel.selectors import clip_store
from gaitmodel.services import films
from tests.annotations.services.test_coding import BOOK
from tests.annotations.views.test_planning import ASKED
from tests.browser.test_accessibility import found
from tests.gaitmodel.views.test_clips import walk
from tests.gaitmodel.views.test_runs import running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def under_way() -> Run:
    """A Run with something in every place of its page."""
    Run.objects.create(kind=Run.Kind.TRAIN, system="tsn", priority=Run.Priority.HIGH)
    return running()


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    """Four measured walks, a mat's values for each, and one film in doubt."""
    made = [walk(tmp_path, f"walk-{n}", f"S{n}") for n in range(4)]
    films.walkway_import(
        trials={c.name: {"cadence_spm": 118.0 + n} for n, c in enumerate(made)},
        source="mat.csv",
    )
    FilmReview.objects.create(
        clip=made[0],
        status="review",
        finding="what may be a face is left in frame 3",
        doubts=[[3, 1, 2, 3, 4, 0.3]],
        doubts_sha256="x",
    )
    folder = clip_store().review_folder(made[0].name)
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "00.png"), np.full((160, 160, 3), 90, np.uint8))
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 820])
def test_the_model_rooms_pages_have_no_violation(
    sign_in, live_server, open_study, clips: list[Clip], scheme: str, width: int
) -> None:
    page = sign_in(
        "cleo", color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    study_lock(study=open_study)
    coding = reverse("study_coding", args=[open_study.pk])
    query = "&".join(f"{name}={value}" for name, value in ASKED.items())
    violations: list[str] = []
    for path in (
        reverse("gaitmodel:clip_list"),
        reverse("gaitmodel:clip", args=[clips[1].pk]),
        reverse("gaitmodel:film_reviews"),
        reverse("gaitmodel:walkway"),
        reverse("gaitmodel:table_one"),
        reverse("gaitmodel:runs"),
        reverse("gaitmodel:run", args=[under_way().pk]),
        reverse("gallery"),
        reverse("planner"),
        f"{reverse('planner')}?{query}",
        coding,
    ):
        page.goto(live_server.url + path)
        violations += found(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} wide"
    page.fill("#id_codebook", BOOK)
    page.click("text=Freeze the codebook")
    violations += found(page)
    assert violations == []


def test_the_line_in_the_curves_follows_the_film(
    sign_in, live_server, clips: list[Clip]
) -> None:
    page = sign_in("cleo")
    page.goto(live_server.url + reverse("gaitmodel:clip", args=[clips[1].pk]))
    page.wait_for_function("document.getElementById('film').readyState >= 1")
    start = float(page.get_attribute(".playhead", "x1") or 0)
    page.evaluate("document.getElementById('film').currentTime = 2")
    page.wait_for_function(
        "start => Number(document.querySelector('.playhead').getAttribute('x1')) > start",
        arg=start + 100,
    )
    page.click("svg.curves", position={"x": 60, "y": 60})
    page.wait_for_function("document.getElementById('film').currentTime < 1")
