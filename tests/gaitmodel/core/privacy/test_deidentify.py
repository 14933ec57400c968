"""De-identification: everything found is covered, every doubt closes the door."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gaitmodel.core.errors import WeightsError
from gaitmodel.core.features.film import NoFilm, film_left_for_later
from gaitmodel.core.features.prepare import prepare_clip
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.media.probe import probe
from gaitmodel.core.pose.blazepose_people import PeopleInFilm
from gaitmodel.core.privacy import deidentify as room
from gaitmodel.core.privacy.deidentify import Doubt, Status, deidentify, verdict
from gaitmodel.core.privacy.faces import CenterFace, Face
from gaitmodel.core.privacy.head_mask import (
    FILL,
    Circle,
    FilmRegions,
    cover,
    share_inside,
)
from gaitmodel.core.records import ClipRef
from gaitmodel.core.store import ClipStore, file_sha256
from gaitmodel.core.taxonomy import GaitClass
from tests.gaitmodel.core.cohort import FOLDER, cohort
from tests.gaitmodel.core.fakes import swinging_pose

FACE = Face((40, 30, 60, 56), 0.9)


def regions(wider: float = 1.0) -> FilmRegions:
    """A face in frame 10 of 20 and a head in every frame."""
    faces = tuple((FACE,) if frame == 10 else () for frame in range(20))
    return FilmRegions(faces, ((Circle(50, 43, 5.0),),) * 20, wider)


def test_a_face_is_covered_in_the_frames_around_it_too() -> None:
    for frame, covered in ((4, False), (5, True), (10, True), (15, True), (16, False)):
        mask = regions().mask(frame, (160, 120))
        assert (share_inside(FACE, mask) == 1.0) is covered


def test_no_pixel_under_the_mask_survives() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (120, 160, 3)).astype(np.uint8)
    mask = regions().mask(10, (160, 120))
    covered = cover(noise, mask)
    assert (covered[mask > 0] == FILL).all()
    assert (covered[mask == 0] == noise[mask == 0]).all()


def test_another_attempt_covers_more() -> None:
    narrow, wide = (regions(w).mask(10, (160, 120)) > 0 for w in (1.0, 1.5))
    assert (narrow <= wide).all()
    assert wide.sum() > 1.5 * narrow.sum()


def test_what_was_in_doubt_is_covered_next_time() -> None:
    doubtful = Face((100, 70, 120, 96), 0.6)
    again = room._with_doubts(regions(), [Doubt(3, doubtful)])
    assert share_inside(doubtful, regions().mask(3, (160, 120))) == 0
    assert share_inside(doubtful, again.mask(3, (160, 120))) == 1


def test_between_whole_looks_the_heads_are_looked_at_enlarged() -> None:
    class Looks:
        whole = 0
        close: list[tuple[float, float]] = []

        def faces(self, rgb: np.ndarray) -> list[Face]:
            self.whole += 1
            return []

        def faces_near(
            self, rgb: np.ndarray, centre: tuple[float, float], reach: float
        ) -> list[Face]:
            self.close.append(centre)
            return [FACE]

    looks, frame = Looks(), np.zeros((120, 160, 3), np.uint8)
    found = list(room._looked_closer(looks, frame, [Circle(50, 43, 5.0)]))  # type: ignore[arg-type]
    assert (found, looks.whole, looks.close) == ([FACE], 0, [(50, 43)])
    assert list(room._looked_closer(looks, frame, [])) == []  # type: ignore[arg-type]
    assert looks.whole == 1


@pytest.mark.parametrize(
    ("doubts", "status"),
    [
        ([], Status.PASSED),
        ([Doubt(3, Face((0, 0, 9, 9), 0.3))], Status.REVIEW),
        ([Doubt(3, Face((0, 0, 9, 9), 0.5))], Status.FAILED),
    ],
)
def test_the_verdict_follows_the_strongest_doubt(
    doubts: list[Doubt], status: Status
) -> None:
    found, reason = verdict(regions(), doubts)
    assert found is status
    assert ("frames 3" in reason) is bool(doubts)


def test_a_film_in_which_nobody_was_found_fails() -> None:
    assert verdict(FilmRegions(((),), ((),)), [])[0] is Status.FAILED


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "walk.mp4"
    write_video(path, (np.full((120, 160, 3), 90, np.uint8) for _ in range(40)), 30.0)
    return path


@pytest.mark.parametrize(
    ("size", "stored"),
    [((3840, 2160), (960, 540)), ((1080, 1923), (538, 960)), ((161, 121), (160, 120))],
)
def test_a_film_is_searched_and_stored_no_larger_than_the_detector_sees_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    stored: tuple[int, int],
) -> None:
    class Sizes:
        version = "sizes"
        seen: set[tuple[int, int]] = set()

        def faces(self, rgb: np.ndarray) -> list[Face]:
            self.seen.add((rgb.shape[1], rgb.shape[0]))
            return []

    def nobody(_: object, frames: Iterable[np.ndarray]) -> PeopleInFilm:
        return PeopleInFilm((), len(list(frames)))

    frame = np.full((size[1], size[0], 3), 90, np.uint8)
    monkeypatch.setattr(room, "CenterFace", Sizes)
    monkeypatch.setattr(room, "follow_people", nobody)
    monkeypatch.setattr(room, "heads_of", lambda _: ((Circle(9, 9, 4.0),),) * 3)
    monkeypatch.setattr(room, "every_frame", frames_of(room.every_frame, frame))
    monkeypatch.setattr(Sizes, "faces_near", lambda *_: [], raising=False)
    film, target = tmp_path / "large.mp4", tmp_path / "video.mp4"
    film.touch()
    assert deidentify(film, target, 30.0).status is Status.PASSED
    assert Sizes.seen == {stored}
    info = probe(target)
    assert (info.width, info.height) == stored


def frames_of(read: Callable[..., Any], frame: np.ndarray) -> Callable[..., Any]:
    """The reader of films, for which an empty file is three such frames."""

    def frames(path: Path, *span: Any) -> Iterator[np.ndarray]:
        yield from read(path, *span) if path.stat().st_size else [frame] * 3

    return frames


def test_a_film_that_did_not_pass_leaves_nothing_behind(
    film: Path, tmp_path: Path
) -> None:
    target = tmp_path / "store" / "video.mp4"
    result = deidentify(film, target, 30.0)
    assert result.status is Status.FAILED
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("missing", [True, False])
def test_what_did_not_pass_is_shown_as_a_skeleton(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    def no_weights() -> Path:
        raise WeightsError("no weights")

    if missing:
        monkeypatch.setattr("gaitmodel.core.privacy.faces._weights", no_weights)
    np.save(tmp_path / "a.npy", swinging_pose(40).angles)
    ref = ClipRef(
        "a", "S", GaitClass.NORMAL, "manifest", video=film, pose=tmp_path / "a.npy"
    )
    store = ClipStore(tmp_path / "store")
    prepare_clip(ref, store, films=True)
    assert not store.video_path("a").exists()
    assert store.shown_video("a") == store.skeleton_path("a")
    noted = store.read_provenance("a")
    assert noted["deidentification"]["status"] == "failed"
    assert noted["film_frames"] == 40


def test_a_film_that_only_calls_itself_synthetic_is_looked_at_for_faces(
    film: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "a.npy", swinging_pose(40).angles)
    ref = ClipRef(
        "a", "S", GaitClass.NORMAL, "synthetic", video=film, pose=tmp_path / "a.npy"
    )
    store = ClipStore(tmp_path / "store")
    prepare_clip(ref, store, films=True)
    assert store.read_provenance("a")["deidentification"]["status"] == "failed"
    assert not store.video_path("a").exists()


def test_skeleton_only_never_opens_the_film_for_faces(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "CenterFace", None)
    np.save(tmp_path / "a.npy", swinging_pose(40).angles)
    ref = ClipRef(
        "a", "S", GaitClass.NORMAL, "manifest", video=film, pose=tmp_path / "a.npy"
    )
    store = ClipStore(tmp_path / "store")
    prepare_clip(ref, store, films=True, skeleton_only=True)
    assert store.shown_video("a") == store.skeleton_path("a")
    assert "deidentification" not in store.read_provenance("a")


@pytest.fixture
def walk(film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClipRef:
    """A film in which one head is found and covered and nothing is in doubt."""
    heads = FilmRegions(((),) * 40, ((Circle(50, 43, 5.0),),) * 40)
    monkeypatch.setattr(room, "_regions", lambda *_: (heads, None))
    monkeypatch.setattr(room, "_doubts", lambda *_: [])
    np.save(tmp_path / "a.npy", swinging_pose(40).angles)
    return ClipRef(
        "a", "S", GaitClass.NORMAL, "manifest", video=film, pose=tmp_path / "a.npy"
    )


def test_skeleton_only_takes_away_the_film_that_was_stored_before(
    walk: ClipRef, tmp_path: Path
) -> None:
    store = ClipStore(tmp_path / "store")
    prepare_clip(walk, store, films=True)
    assert store.video_path("a").exists()
    store.review_folder("a").mkdir()
    killed = store.folder("a") / ".part-killed"
    killed.mkdir()
    (killed / "owner").touch()
    prepare_clip(walk, store, films=True, skeleton_only=True)
    gone = (store.video_path("a"), store.privacy_path("a"), store.review_folder("a"))
    gone += (killed,)
    assert not any(path.exists() for path in gone)
    assert store.shown_video("a") == store.skeleton_path("a")
    noted = store.read_provenance("a")
    assert noted["film_sha256"] == file_sha256(store.skeleton_path("a"))
    assert noted["no_film"] == NoFilm.ASKED


@pytest.mark.parametrize("asked", [True, False])
def test_a_skeleton_that_was_asked_for_or_stood_in_for_want_of_weights_gives_way(
    walk: ClipRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    def no_weights() -> Path:
        raise WeightsError("no weights")

    store = ClipStore(tmp_path / "store")
    with monkeypatch.context() as patch:
        patch.setattr("gaitmodel.core.privacy.faces._weights", no_weights)
        prepare_clip(walk, store, films=True, skeleton_only=asked)
    wanting = NoFilm.ASKED if asked else NoFilm.WEIGHTS
    assert store.read_provenance("a")["no_film"] == wanting
    prepare_clip(walk, store, films=True)
    assert store.shown_video("a") == store.video_path("a")
    assert store.read_provenance("a")["no_film"] == ""


def test_a_run_leaves_a_clip_at_the_skeleton_that_was_asked_for(
    walk: ClipRef, tmp_path: Path
) -> None:
    store = ClipStore(tmp_path / "store")
    prepare_clip(walk, store, films=True, skeleton_only=True)
    pose = store.read_pose("a")
    assert not film_left_for_later(walk, store, pose)
    store.skeleton_path("a").unlink()
    assert film_left_for_later(walk, store, pose)
    assert not store.video_path("a").exists()


@pytest.mark.cohort
@cohort[1]
@pytest.mark.slow
def test_every_face_of_a_real_film_is_covered(tmp_path: Path) -> None:
    source, span = FOLDER / "walk" / "sports2d_demo.mp4", (100, 16)
    result = deidentify(source, tmp_path / "video.mp4", 30.0, span=span)
    assert result.status is Status.PASSED
    assert (tmp_path / "video.mp4").exists()
    assert len(result.regions.faces) == 16
    detector = CenterFace()
    for number, whole in enumerate(every_frame(source, *span)):
        rgb = room._as_stored(whole)
        mask = result.regions.mask(number, (rgb.shape[1], rgb.shape[0]))
        faces = detector.faces(np.ascontiguousarray(rgb))
        assert faces, f"no face was found in frame {number}, so none was checked"
        assert all(share_inside(face, mask) >= 0.95 for face in faces)
