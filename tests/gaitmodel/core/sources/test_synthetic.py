"""The synthetic cohort: exact events, blind names, equal bytes from equal seeds."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.errors import InputError
from gaitmodel.core.features.measure import measure
from gaitmodel.core.media.probe import probe
from gaitmodel.core.pose.kinematics import view_of
from gaitmodel.core.pose.load import read_pose
from gaitmodel.core.records import PoseSequence, Split, View
from gaitmodel.core.sources.manifest import Manifest, read_manifest
from gaitmodel.core.sources.splits import check_disjoint
from gaitmodel.core.sources.synthetic import build_cohort, is_drawn
from gaitmodel.core.sources.synthetic_plan import FPS, plan_cohort
from gaitmodel.core.taxonomy import CLASSES, GaitClass


def build(root: Path, seed: int = 3, clips: int = 1) -> Path:
    return build_cohort(
        root,
        seed=seed,
        subjects_per_class=1,
        clips_per_subject=clips,
        duration_s=2.0,
        size=(96, 80),
    )


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def manifest(cohort: Path) -> Manifest:
    return read_manifest(cohort)


def test_all_eight_classes_walk_and_every_file_is_there(manifest: Manifest) -> None:
    assert {clip.label for clip in manifest.clips} == set(CLASSES)
    assert manifest.ignored_columns == ()
    check_disjoint(manifest.clips)
    for clip in manifest.clips:
        info = probe(clip.video)
        assert (info.frames, info.fps, info.width, info.height) == (60, 30, 96, 80)
        assert len(read_pose(clip.pose, clip.fps).angles) == 60


def test_equal_seeds_give_equal_bytes_and_others_others(
    cohort: Path, tmp_path: Path
) -> None:
    build(tmp_path)
    assert digests(tmp_path) == digests(cohort.parent)
    other = [clip.heading for clip in plan_cohort(4, 1, 1)]
    assert other != [clip.heading for clip in plan_cohort(3, 1, 1)]


def test_finished_clips_are_kept_and_missing_ones_redone(tmp_path: Path) -> None:
    build(tmp_path)
    before = digests(tmp_path)
    film, pose = tmp_path / "videos" / "walk-0002.mp4", tmp_path / "poses"
    stamp = (pose / "walk-0001.npy").stat().st_mtime_ns
    film.unlink()
    build(tmp_path)
    assert digests(tmp_path) == before
    assert (pose / "walk-0001.npy").stat().st_mtime_ns == stamp


def test_a_cohort_of_other_parameters_is_not_mixed_with_the_old_one(
    tmp_path: Path,
) -> None:
    build(tmp_path, seed=3)
    first = digests(tmp_path)["poses/walk-0001.npy"]
    build(tmp_path, seed=4)
    assert digests(tmp_path)["poses/walk-0001.npy"] != first


def test_names_and_their_order_do_not_betray_the_class() -> None:
    clips = plan_cohort(0, 4, 3)
    labels = [clip.subject.label for clip in clips]
    subjects = sorted({(c.subject.name, c.subject.label) for c in clips})
    assert all(c.name.startswith("walk-") and len(c.name) == 9 for c in clips)
    assert len(set(labels[:8])) > 3
    assert [one for _, one in subjects] != sorted(
        (one for _, one in subjects), key=list(CLASSES).index
    )


def test_poses_are_stored_as_hsmr_stores_them(manifest: Manifest) -> None:
    for clip in manifest.clips:
        pose = read_pose(clip.pose, clip.fps)
        assert np.isfinite(pose.angles).all()
        assert np.abs(np.rad2deg(pose.angles[:, 0])).mean() > 130
        assert view_of(pose) is not View.UNKNOWN


def test_truth_holds_the_events_of_each_clip_in_order(cohort: Path) -> None:
    truth = json.loads((cohort.parent / "truth.json").read_text())
    assert len(truth["clips"]) == 8
    for events in truth["clips"].values():
        for side in ("left", "right"):
            strikes, offs = events[f"hs_{side}"], events[f"to_{side}"]
            assert strikes == sorted(strikes)
            assert abs(len(strikes) - len(offs)) <= 1


@pytest.mark.parametrize("label", list(GaitClass))
def test_detected_cadence_is_within_two_steps_a_minute_of_the_truth(
    label: GaitClass,
) -> None:
    errors = []
    for clip in plan_cohort(5, 3, 2):
        if clip.subject.label is label:
            walked = clip.walk(6.0)
            found = measure(clip.pose(walked)).metrics["cadence_spm"].value
            strikes = np.sort(
                np.concatenate([walked.events.hs_left, walked.events.hs_right])
            )
            truth = 60 * (len(strikes) - 1) / (strikes[-1] - strikes[0])
            errors.append(abs(found - truth))
    assert np.median(errors) <= 2


def test_a_parkinsonian_walker_swings_less_than_a_normal_one() -> None:
    def knee(label: GaitClass) -> float:
        values = [
            measure(PoseSequence(w.angles.astype(np.float32), FPS, False, "s")).metrics[
                "knee_rom_left_deg"
            ]
            for w in (
                c.walk(4) for c in plan_cohort(1, 2, 2) if c.subject.label is label
            )
        ]
        return float(np.mean([value.value for value in values]))

    assert knee(GaitClass.PARKINSONS) < 0.7 * knee(GaitClass.NORMAL)


def test_impossible_cohorts_are_refused(tmp_path: Path) -> None:
    for change, sentence in (
        ({"subjects_per_class": 0}, "at least 1 subject"),
        ({"duration_s": 1.0}, "at least 2 s"),
        ({"size": (97, 80)}, "even"),
    ):
        options = {
            "seed": 1, "subjects_per_class": 1, "clips_per_subject": 1,
            "duration_s": 2.0, "size": (96, 80),
        } | change  # fmt: skip
        with pytest.raises(InputError, match=sentence):
            build_cohort(tmp_path, **options)


def test_subjects_held_out_are_test_subjects_with_all_their_clips(
    tmp_path: Path,
) -> None:
    manifest = build_cohort(
        tmp_path,
        seed=5,
        subjects_per_class=1,
        clips_per_subject=1,
        duration_s=2,
        size=(64, 64),
        test_fraction=0.0,
        held_out={GaitClass.DCM: 2},
    )
    clips = read_manifest(manifest).clips
    held = [clip for clip in clips if clip.split is Split.TEST]
    assert len(clips) == 10
    assert {clip.label for clip in held} == {GaitClass.DCM}
    assert len({clip.subject for clip in held}) == 2


def test_a_drawn_film_is_known_by_its_bytes(cohort: Path, tmp_path: Path) -> None:
    film = cohort.parent / "videos" / "walk-0001.mp4"
    assert is_drawn(film)
    elsewhere = tmp_path / "videos" / "walk-0001.mp4"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(film.read_bytes())
    assert not is_drawn(elsewhere)
