"""Films in doubt: a person decides, the film is made again and held to the decision."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from gaitmodel.core.errors import InputError
from gaitmodel.core.features import prepare as room
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.privacy import deidentify as deidentification
from gaitmodel.core.privacy.cut_outs import Doubt
from gaitmodel.core.privacy.faces import Face
from gaitmodel.core.privacy.head_mask import Circle, FilmRegions
from gaitmodel.core.records import ClipRef
from gaitmodel.management.commands import prepare_clips
from gaitmodel.models import Clip, FilmReview, Subject
from gaitmodel.preparing import prepare_again
from gaitmodel.runner.inputs import clip_input
from gaitmodel.selectors import clip_ref, clip_store, clips_to_prepare
from gaitmodel.services import films
from tests.factories import prepare
from tests.gaitmodel.core.fakes import swinging_pose
from tests.people import lead, rater

pytestmark = pytest.mark.django_db
WEAK, SURE = Face((20, 20, 40, 40), 0.3), Face((20, 20, 40, 40), 0.7)


class FakeDetector:
    version = "fake"


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    """A real-looking film with its pose, imported and not prepared."""
    film, pose = tmp_path / "walk.mp4", tmp_path / "walk.npy"
    write_video(film, (np.full((64, 96, 3), 90, np.uint8) for _ in range(40)), 30.0)
    np.save(pose, swinging_pose(40).angles)
    return Clip.objects.create(
        name="doubtful",
        subject=Subject.objects.create(name="S1"),
        label="normal",
        source="manifest",
        video=str(film),
        pose=str(pose),
        fps=30.0,
    )


@pytest.fixture
def doubts(monkeypatch: pytest.MonkeyPatch) -> list[Face]:
    """Faces that the detector goes on finding in the written film, in frame 5."""
    left: list[Face] = []
    heads = FilmRegions(((),) * 40, ((Circle(70, 10, 4.0),),) * 40)

    def doubtful(*_: object) -> list[Doubt]:
        return [Doubt(5, face) for face in left]

    monkeypatch.setattr(deidentification, "CenterFace", FakeDetector)
    monkeypatch.setattr(deidentification, "_regions", lambda *_: (heads, None))
    monkeypatch.setattr(deidentification, "_doubts", doubtful)
    return left


def review() -> FilmReview:
    return FilmReview.objects.get(clip__name="doubtful")


def test_a_weak_detection_waits_for_a_person_and_shows_the_skeleton(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    assert review().decision == FilmReview.Decision.WAITING
    store = clip_store()
    assert store.shown_video(clip.name) == store.skeleton_path(clip.name)
    assert len(list(store.review_folder(clip.name).glob("*.png"))) == 1


def test_an_accepted_film_takes_its_place_and_its_cut_outs_go(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    films.film_review_decide(
        review=review(), by=lead("cleo"), accept=True, reason="a hand"
    )
    prepare_again(clip.name)
    store = clip_store()
    assert store.shown_video(clip.name) == store.video_path(clip.name)
    assert store.skeleton_path(clip.name).exists()  # a study may show it
    assert not store.review_folder(clip.name).exists()
    assert review().status == "passed"
    assert clip.pk not in clips_to_prepare().values_list("pk", flat=True)


def test_another_detection_than_the_accepted_one_asks_again(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    films.film_review_decide(
        review=review(), by=lead("cleo"), accept=True, reason="a hand"
    )
    doubts.append(Face((50, 30, 70, 50), 0.4))
    prepare_again(clip.name)
    assert review().decision == FilmReview.Decision.WAITING
    assert not clip_store().video_path(clip.name).exists()


def test_a_wider_mask_is_tried_and_settles_the_matter_if_nothing_is_left(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(SURE)
    prepare(clip)
    films.film_review_decide(review=review(), by=lead("cleo"), accept=False, reason="")
    assert clip.pk in clips_to_prepare().values_list("pk", flat=True)
    doubts.clear()
    prepare_again(clip.name)
    assert clip_store().read_privacy(clip.name)["wider"] == pytest.approx(1.3)
    assert review().decision == FilmReview.Decision.SETTLED


def test_what_is_surely_a_face_nobody_can_accept(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(SURE)
    prepare(clip)
    with pytest.raises(InputError, match="this certain"):
        films.film_review_decide(
            review=review(), by=lead("cleo"), accept=True, reason="a hand"
        )


def test_accepting_needs_a_reason_and_is_done_once(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    cleo = lead("cleo")
    with pytest.raises(InputError, match="why"):
        films.film_review_decide(review=review(), by=cleo, accept=True, reason=" ")
    films.film_review_decide(review=review(), by=cleo, accept=False, reason="")
    with pytest.raises(InputError, match="already been decided"):
        films.film_review_decide(review=review(), by=cleo, accept=True, reason="a hand")


def test_the_lead_sees_cut_outs_and_decides_and_a_rater_sees_nothing(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    cleo, ada = Client(), Client()
    cleo.force_login(lead("cleo"))
    ada.force_login(rater("ada"))
    cut = reverse("gaitmodel:film_cut_out", args=[clip.pk, 0])
    page = cleo.get(reverse("gaitmodel:film_reviews")).content.decode()
    assert cut in page
    assert cleo.get(cut)["Content-Type"] == "image/png"
    assert cleo.get(cut.replace("/0/", "/9/")).status_code == 404
    decide = reverse("gaitmodel:film_review_decide", args=[clip.pk])
    for path in (cut, reverse("gaitmodel:film_reviews")):
        assert ada.get(path).status_code == 403
    assert ada.post(decide, {"decision": "accept"}).status_code == 403
    answer = cleo.post(decide, {"decision": "accept", "reason": "a hand"}, follow=True)
    assert "accepted" in answer.content.decode()
    assert review().decided_by is not None


def test_skeleton_only_clips_are_never_in_doubt(clip: Clip, doubts: list[Face]) -> None:
    doubts.append(WEAK)
    room.prepare_clip(clip_ref(clip), clip_store(), films=True, skeleton_only=True)
    assert clip_store().read_privacy(clip.name) == {}


def test_a_decision_leaves_the_pose_of_another_estimator_alone(
    clip: Clip, doubts: list[Face], monkeypatch: pytest.MonkeyPatch
) -> None:
    estimated = replace(swinging_pose(40), source="hsmr")
    monkeypatch.setattr(room, "run_hsmr", lambda *_: estimated)
    Clip.objects.update(pose="")
    clip.refresh_from_db()
    doubts.append(WEAK)
    store = clip_store()
    room.prepare_clip(clip_ref(clip), store, films=True, hsmr_home=Path("/hsmr"))
    films.film_review_note(clip=clip, found=store.read_privacy(clip.name))
    films.film_review_decide(
        review=review(), by=lead("cleo"), accept=True, reason="a hand"
    )
    prepare_again(clip.name)
    assert store.read_pose(clip.name).source == "hsmr"
    assert store.shown_video(clip.name) == store.video_path(clip.name)


def test_a_decision_on_a_film_that_was_replaced_since_is_refused(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    frames = (np.full((64, 96, 3), 80, np.uint8) for _ in range(40))
    write_video(Path(clip.video), frames, 30.0)
    prepare_again(clip.name)
    clip.refresh_from_db()
    assert "not those that it was prepared from" in clip.reason


def test_a_film_that_is_taken_away_is_in_doubt_no_more(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip)
    prepare(clip, skeleton_only=True)
    assert not FilmReview.objects.exists()


def test_a_film_that_a_run_makes_later_waits_for_a_person_too(
    clip: Clip, doubts: list[Face]
) -> None:
    doubts.append(WEAK)
    prepare(clip, films=False)
    assert not FilmReview.objects.exists()
    given = clip_input(Clip.objects.get(pk=clip.pk))
    assert given.film is not None
    assert given.film.skeleton
    assert review().decision == FilmReview.Decision.WAITING


def test_preparing_all_that_waits_makes_a_decided_film_from_the_pose_it_has(
    clip: Clip, doubts: list[Face], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(prepare_clips, "ProcessPoolExecutor", AtOnce)
    monkeypatch.setattr(prepare_clips, "film_again", notes_down(called, "film"))
    monkeypatch.setattr(prepare_clips, "prepare_clip", notes_down(called, "clip"))
    doubts.append(WEAK)
    prepare(clip)
    films.film_review_decide(review=review(), by=lead("cleo"), accept=False, reason="")
    call_command("prepare_clips")
    call_command("prepare_clips", "--all")
    assert called == ["film", "clip"]


def notes_down(called: list[str], what: str) -> Callable[..., room.Prepared]:
    def work(ref: ClipRef, **_: object) -> room.Prepared:
        called.append(what)
        return room.Prepared(ref.clip, clip_store().read_features(ref.clip))

    return work


class AtOnce(ThreadPoolExecutor):
    """A pool in this process, whose parts a test may replace."""

    def __init__(self, workers: int, mp_context: object) -> None:
        super().__init__(workers)


def test_two_processes_may_note_one_film_at_a_time(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As two of a Run do that find its film wanting."""
    found = {
        "status": "undecided",
        "reason": "a weak face",
        "doubts": [{"frame": 1}],
        "doubts_sha256": "1" * 64,
    }
    films.film_review_note(clip=clip, found=found)
    monkeypatch.setattr(QuerySet, "first", lambda self: None)  # read before the other
    films.film_review_note(clip=clip, found=found)
    assert FilmReview.objects.get().decision == FilmReview.Decision.WAITING
