"""Texts that differ in form are told apart, and texts that do not are not."""

import numpy as np
import pytest
from scipy import stats

from annotations.core.errors import StudyError
from annotations.core.statistics.identifiability import _auc, identifiability
from annotations.core.statistics.told import RED

WORDS = [
    "knee",
    "hip",
    "trunk",
    "step",
    "stride",
    "left",
    "right",
    "stiff",
    "even",
    "short",
    "swing",
    "arm",
    "foot",
]


def corpus(cases: int, quirk: str) -> tuple[list[str], list[str], list[str]]:
    """Random sentences by three systems; the first one's carry a quirk."""
    rng = np.random.default_rng(3)
    texts, systems, about = [], [], []
    for case in range(cases):
        for system in ("a", "b", "c"):
            words = " ".join(rng.choice(WORDS, 25))
            texts.append(f"{words} {quirk if system == 'a' else ''}.")
            systems.append(system)
            about.append(f"case {case}")
    return texts, systems, about


def test_a_quirk_is_found_and_named() -> None:
    audit = identifiability(*corpus(20, "cadence 112 steps/min"))
    told = {one.system: one for one in audit.systems}
    assert told["a"].auc > 0.99
    assert audit.is_red
    assert any(cue.strip() in "cadence 112 steps/min" for cue in told["a"].cues)
    assert (told["a"].numerals, told["b"].numerals) == (1, 0)
    assert told["a"].words > told["b"].words


def test_texts_of_one_form_are_not_told_apart() -> None:
    audit = identifiability(*corpus(40, ""))
    assert all(0.3 < told.auc < 0.7 for told in audit.systems)
    assert not audit.is_red
    assert audit.chance == pytest.approx(1 / 3)
    assert audit.worst < RED


def test_what_is_said_of_one_case_does_not_help() -> None:
    """Each case has a word of its own: with ungrouped folds it would be a cue."""
    texts, systems, cases = corpus(15, "")
    told = [f"{text} mark{case}" for text, case in zip(texts, cases, strict=True)]
    audit = identifiability(told, systems, cases)
    assert not audit.is_red


def test_the_area_is_mann_whitneys() -> None:
    rng = np.random.default_rng(1)
    scores, own = rng.normal(size=50).round(1), rng.random(50) < 0.4
    u = stats.mannwhitneyu(scores[own], scores[~own]).statistic
    assert _auc(scores, own) == pytest.approx(u / (own.sum() * (~own).sum()))


def test_the_same_texts_give_the_same_audit() -> None:
    texts, systems, cases = corpus(10, "hm")
    assert identifiability(texts, systems, cases) == identifiability(
        texts, systems, cases
    )


@pytest.mark.parametrize(
    ("systems", "cases"), [(["a", "a", "a"], ["1", "2", "3"]), (["a", "b"], ["1", "1"])]
)
def test_too_little_to_learn_from_is_said(systems, cases) -> None:
    with pytest.raises(StudyError, match="at least 2 systems about at least 3 cases"):
        identifiability(["x"] * len(systems), systems, cases)
