"""Subject-disjoint splits (section 3.1), and the check that they are."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.records import ClipRef, Split
from gaitmodel.core.taxonomy import GaitClass

PAPER_SEED: Final = 42
PAPER_TRAIN_SHARE: Final = 0.8


def check_disjoint(
    clips: Sequence[ClipRef], split: Mapping[str, Split] | None = None
) -> None:
    """Raise ``InputError`` if a subject is in two splits.

    ``split`` maps clips to splits; without it the clips' own are checked, and clips
    that name none are ignored.
    """
    home: dict[str, tuple[Split, str]] = {}
    for clip in clips:
        mine = clip.split if split is None else split[clip.clip]
        if mine is None:
            continue
        first, witness = home.setdefault(clip.subject, (mine, clip.clip))
        if first is not mine:
            raise InputError(
                f"subject {clip.subject!r} is in two splits: clip {witness!r} in "
                f"{first.value}, clip {clip.clip!r} in {mine.value}"
            )


def subject_disjoint_split(
    clips: Sequence[ClipRef], seed: int, val_fraction: float, test_fraction: float
) -> dict[str, Split]:
    """A split by subject that keeps every class in training, then test, then val.

    Per class (that of most of a subject's clips) the subjects are shuffled and
    assigned; the fractions are of subjects. A class with one subject is in training
    only, with two in training and the first held-out split requested.

    Raises
    ------
    InputError
        If a fraction is outside 0..1 or nothing would be left for training.
    """
    if not (0 <= val_fraction < 1 and 0 <= test_fraction < 1):
        raise InputError(
            f"split fractions must lie in 0 to 1, not {val_fraction}, {test_fraction}"
        )
    if val_fraction + test_fraction >= 1:
        raise InputError("split fractions leave nothing for training")
    generator = random.Random(seed)
    home: dict[str, Split] = {}
    for subjects in _by_class(clips).values():
        order = generator.sample(subjects, len(subjects))
        for split, fraction in (
            (Split.TEST, test_fraction),
            (Split.VAL, val_fraction),
        ):
            for subject in order[: _share(len(subjects), len(order), fraction)]:
                home[subject] = split
            order = [subject for subject in order if subject not in home]
        home.update(dict.fromkeys(order, Split.TRAIN))
    return {clip.clip: home[clip.subject] for clip in clips}


def _share(subjects: int, left: int, fraction: float) -> int:
    """How many of a class's subjects go to a split; one always stays for training."""
    if fraction == 0:
        return 0
    return max(0, min(max(1, round(fraction * subjects)), left - 1))


def _by_class(clips: Sequence[ClipRef]) -> dict[GaitClass, list[str]]:
    """Subjects of each class, both in order of their names."""
    labels: dict[str, Counter[GaitClass]] = defaultdict(Counter)
    for clip in clips:
        labels[clip.subject][clip.label] += 1
    groups: dict[GaitClass, list[str]] = {one: [] for one in GaitClass}
    for subject in sorted(labels):
        counts = labels[subject]
        most = max(counts, key=lambda one: (counts[one], -list(GaitClass).index(one)))
        groups[most].append(subject)
    return groups


def paper_split(clips: Sequence[ClipRef]) -> dict[str, Split]:
    """The paper's recipe for GAVD: train and test by video id, seed 42, 80 % each.

    1. Groups are subjects (GAVD: video ids) in sorted order; a group's label is that
       of its first clip.
    2. Per label, in order of first appearance among the sorted groups: shuffle, and
       take ``round(0.8 n)`` for training: at least one, and not all of several.
    """
    label_of: dict[str, GaitClass] = {}
    for clip in clips:
        label_of.setdefault(clip.subject, clip.label)
    by_label: dict[GaitClass, list[str]] = {}
    for subject in sorted(label_of):
        by_label.setdefault(label_of[subject], []).append(subject)
    generator = random.Random(PAPER_SEED)
    train: set[str] = set()
    for subjects in by_label.values():
        generator.shuffle(subjects)
        count = max(1, round(PAPER_TRAIN_SHARE * len(subjects)))
        if count == len(subjects) and count > 1:
            count -= 1
        train.update(subjects[:count])
    return {
        clip.clip: Split.TRAIN if clip.subject in train else Split.TEST
        for clip in clips
    }
