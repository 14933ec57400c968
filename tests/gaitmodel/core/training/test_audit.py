"""The leakage audit finds what two splits must not share, and lets the rest pass."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from gaitmodel.core.config import FusionConfig, GenerationConfig
from gaitmodel.core.errors import InputError
from gaitmodel.core.media.encode import write_video
from gaitmodel.core.media.frames import every_frame
from gaitmodel.core.pose.kinematics import to_gravity
from gaitmodel.core.pose.skel import mirror
from gaitmodel.core.records import ClipFilm
from gaitmodel.core.store import file_sha256
from gaitmodel.core.systems.base import ClipInput, LabelledClip
from gaitmodel.core.systems.feature_cache import FeatureCache
from gaitmodel.core.training import film_copies
from gaitmodel.core.training.audit import audit
from gaitmodel.core.training.workplace import Workplace
from tests.gaitmodel.core.fakes import labelled_clips


class Silent:
    """A system that reads no text."""


def tick() -> None:
    return


def parts(folder: Path) -> dict[str, list[LabelledClip]]:
    clips = labelled_clips(folder, 4)
    return {"train": clips[:2], "val": [], "test": clips[2:]}


def with_given(clip: LabelledClip, **changes: object) -> LabelledClip:
    return dataclasses.replace(clip, given=dataclasses.replace(clip.given, **changes))


def test_splits_that_share_nothing_pass_and_it_says_what_it_checked(
    tmp_path: Path,
) -> None:
    checked = audit(parts(tmp_path), Silent(), tick).checked
    assert "4 subjects, none in two splits" in checked[0]
    assert "no walk in two splits" in checked[1]
    assert "4 films hashed" in checked[2]


def test_a_subject_in_training_and_test_is_named(tmp_path: Path) -> None:
    given = parts(tmp_path)
    given["test"][0] = dataclasses.replace(given["test"][0], subject="subject-1")
    with pytest.raises(InputError, match="subject 'subject-1' stands in splits"):
        audit(given, Silent(), tick)


def test_a_walk_cut_twice_is_found(tmp_path: Path) -> None:
    given = parts(tmp_path)
    pose = given["train"][0].given.pose
    later = dataclasses.replace(pose, angles=pose.angles[30:].copy())
    given["test"][0] = with_given(given["test"][0], pose=later)
    with pytest.raises(InputError, match="'walk-0' and 'walk-2'.* one walk"):
        audit(given, Silent(), tick)


def test_a_walk_seen_in_a_mirror_is_found(tmp_path: Path) -> None:
    given = parts(tmp_path)
    pose = given["train"][0].given.pose
    mirrored = dataclasses.replace(pose, angles=mirror(pose.angles)[20:])
    given["test"][0] = with_given(given["test"][0], pose=mirrored)
    with pytest.raises(InputError, match="'walk-0' and 'walk-2'.* one walk"):
        audit(given, Silent(), tick)


def test_a_frame_each_in_common_with_many_walks_makes_none_of_them_the_same(
    tmp_path: Path,
) -> None:
    """As large cohorts have: one bends hip and knee now as this one, now as that."""
    clips = labelled_clips(tmp_path, 4)
    pose = clips[0].given.pose
    angles = np.random.default_rng(0).uniform(-1, 1, (4, 90, 46)).astype(np.float32)
    for other in range(3):
        angles[3, 30 * other : 30 * other + 30] = angles[other, :30]
    clips = [
        with_given(clip, pose=dataclasses.replace(pose, angles=own))
        for clip, own in zip(clips, angles, strict=True)
    ]
    audit({"train": clips[:3], "test": clips[3:]}, Silent(), tick)


def of_degrees(angles: np.ndarray) -> np.ndarray:
    return np.deg2rad(np.rad2deg(angles).round(2)).astype(np.float32)


WRITTEN_AGAIN = {
    "against gravity": to_gravity,
    "in hundredths of a degree": lambda p: dataclasses.replace(
        p, angles=of_degrees(p.angles)
    ),
    "a whole turn on": lambda p: dataclasses.replace(
        p, angles=p.angles + np.float32(2 * np.pi) * (np.arange(46) < 3)
    ),
    "without the toes": lambda p: dataclasses.replace(
        p, angles=np.where(np.isin(np.arange(46), (9, 16)), np.nan, p.angles)
    ),
    "every other frame": lambda p: dataclasses.replace(
        p, angles=p.angles[::2], fps=p.fps / 2
    ),
    "as it is": lambda p: p,
}


@pytest.mark.parametrize("form", WRITTEN_AGAIN)
def test_a_walk_in_another_format_is_the_same_walk(tmp_path: Path, form: str) -> None:
    given = parts(tmp_path)
    again = WRITTEN_AGAIN[form](given["train"][1].given.pose)
    given["test"][1] = with_given(given["test"][1], pose=again)
    with pytest.raises(InputError, match="'walk-1' and 'walk-3'.* one walk"):
        audit(given, Silent(), tick)


def test_a_walk_of_which_one_leg_was_seen_is_compared_by_all_that_was(
    tmp_path: Path,
) -> None:
    given = parts(tmp_path)
    for split, place in (("train", 1), ("test", 1)):
        pose = given[split][place].given.pose
        one_leg = pose.angles.copy()
        one_leg[:, 10:17] = np.nan
        one_leg[:, 0] += 0.1 * (split == "test")
        alone = dataclasses.replace(pose, angles=one_leg)
        given[split][place] = with_given(given[split][place], pose=alone)
    audit(given, Silent(), tick)
    given["test"][1] = with_given(given["test"][1], pose=given["train"][1].given.pose)
    with pytest.raises(InputError, match="'walk-1' and 'walk-3'.* one walk"):
        audit(given, Silent(), tick)


def test_frames_in_which_nobody_was_seen_are_no_walk(tmp_path: Path) -> None:
    given = parts(tmp_path)
    for split in ("train", "test"):
        pose = given[split][0].given.pose
        angles = pose.angles.copy()
        angles[: len(angles) * 3 // 4] = np.nan
        blank = dataclasses.replace(pose, angles=angles)
        given[split][0] = with_given(given[split][0], pose=blank)
    audit(given, Silent(), tick)


def reencoded(clip: LabelledClip, folder: Path) -> ClipFilm:
    """The same pictures a little brighter, in another file."""
    path = folder / "again.mp4"
    frames = every_frame(clip.given.seen().path)
    brighter = (np.clip(f.astype(int) + 6, 0, 255).astype(np.uint8) for f in frames)
    write_video(path, brighter, 30.0)
    return ClipFilm(path, file_sha256(path), clip.given.seen().frames)


def test_a_film_encoded_again_is_found(tmp_path: Path) -> None:
    given = parts(tmp_path)
    film = reencoded(given["train"][1], tmp_path)
    assert film.sha256 != given["train"][1].given.seen().sha256
    given["test"][1] = with_given(given["test"][1], film=film)
    with pytest.raises(InputError, match="'walk-1' and 'walk-3'.*same pictures"):
        audit(given, Silent(), tick)


def test_a_film_is_decoded_once_for_every_system_that_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, cache = parts(tmp_path), FeatureCache(tmp_path / "cache")
    first = audit(given, Silent(), tick, cache=cache)
    monkeypatch.setattr(film_copies, "every_frame", None)  # to decode would fail
    assert audit(given, Silent(), tick, cache=cache) == first
    film = reencoded(given["train"][1], tmp_path)
    given["test"][1] = with_given(given["test"][1], film=film)
    with pytest.raises(TypeError):  # another film is not taken for a known one
        audit(given, Silent(), tick, cache=cache)


def test_a_film_that_cannot_be_read_stops_with_its_clip_or_is_noted(
    tmp_path: Path,
) -> None:
    given = parts(tmp_path)
    given["train"][1].given.seen().path.write_bytes(b"no film")
    with pytest.raises(InputError, match="'walk-1' cannot be read.*--skip-failed"):
        audit(given, Silent(), tick)
    failed: dict[str, str] = {}
    assert "3 films hashed" in audit(given, Silent(), tick, failed).checked[2]
    assert list(failed) == ["walk-1"]


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(slice(5, -5), id="both ends off"),
        pytest.param(slice(30, None), id="a third off"),
        pytest.param(slice(0, 45), id="its first half"),
    ],
)
@pytest.mark.parametrize("copied", ["train", "test"])
def test_a_film_cut_at_other_ends_is_found(
    tmp_path: Path, cut: slice, copied: str
) -> None:
    given = parts(tmp_path)
    other = {"train": "test", "test": "train"}[copied]
    film = given[copied][1].given.seen()
    frames = list(every_frame(film.path))[cut]
    path = tmp_path / "cut.mp4"
    write_video(path, iter(frames), 30.0)
    again = ClipFilm(path, file_sha256(path), len(frames))
    given[other][1] = with_given(given[other][1], film=again)
    with pytest.raises(InputError, match="'walk-[13]' and 'walk-[13]'.*same pictures"):
        audit(given, Silent(), tick)


def test_drawn_skeletons_are_compared_by_their_pose_alone(tmp_path: Path) -> None:
    given = parts(tmp_path)
    film = dataclasses.replace(given["train"][0].given.seen(), skeleton=True)
    given["test"][0] = with_given(given["test"][0], film=film)
    assert "3 films hashed" in audit(given, Silent(), tick).checked[2]


def test_the_prompts_of_the_backbone_name_nobody(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = workplace.trainable(
        "biogait_full", "tiny", FusionConfig(4), GenerationConfig()
    )
    given = parts(tmp_path)
    assert "4 prompts" in audit(given, system, tick).checked[3]
    stored = given["train"][0].given.seen().path.rename(tmp_path / "video.mp4")
    named = dataclasses.replace(given["train"][0].given.seen(), path=stored)
    given["train"][0] = with_given(given["train"][0], film=named)
    assert "4 prompts" in audit(given, system, tick).checked[3]


@dataclasses.dataclass(frozen=True)
class Telling:
    """A system whose prompt names one clip's subject."""

    subject: str
    told_of: str

    def prompt_text(self, clip: ClipInput) -> str:
        said = f" Seen: {self.subject}." if clip.clip == self.told_of else ""
        return f"Judge the gait.{said}"


@pytest.mark.parametrize("name", ["subject-0", "P07", "s1"])
def test_a_prompt_that_names_its_subject_is_refused(tmp_path: Path, name: str) -> None:
    given = parts(tmp_path)
    first = dataclasses.replace(given["train"][0], subject=name)
    given["train"][0] = first
    system = Telling(first.subject, first.given.clip)
    with pytest.raises(InputError, match=f"its prompt says '{first.subject}'"):
        audit(given, system, tick)


@pytest.mark.parametrize("name", ["7", "42", "he"])
def test_a_name_that_any_text_may_hold_is_no_canary(tmp_path: Path, name: str) -> None:
    given = parts(tmp_path)
    given["train"][0] = dataclasses.replace(given["train"][0], subject=name)
    audit(given, Telling(name, given["train"][0].given.clip), tick)


def test_a_word_of_the_instruction_is_no_name(tmp_path: Path) -> None:
    given = parts(tmp_path)
    given["train"][0] = dataclasses.replace(given["train"][0], subject="gait")
    assert "4 prompts" in audit(given, Telling("", ""), tick).checked[3]


def test_a_system_that_reads_no_words_has_no_prompts(
    workplace: Workplace, tmp_path: Path
) -> None:
    system = workplace.trainable(
        "biogait_plus", "none", FusionConfig(4), GenerationConfig()
    )
    assert audit(parts(tmp_path), system, tick).checked[3].startswith("no prompts")
