"""The two scripts of a bundle say of each kind of entry what the site says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import annotations
from annotations.core.proof.chain import LED, SEATED
from annotations.core.proof.course import AFTER_LOCK, STEPS

HOME = Path(annotations.__file__).parent
OF_RATERS = {
    "case_opened", "film_opened", "case_submitted", "case_cannot_be_judged",
    "case_reopened", "consent_given", "practice_finished", "own_diagnosis_given",
    "rating_saved", "choice_saved", "comment_saved", "guess_saved", SEATED,
}  # fmt: skip


def script(name: str) -> ModuleType:
    path = HOME / "export" / "offline" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_kind_of_entry_is_a_raters_or_a_leads() -> None:
    """Else a withdrawal erases what it must not, or leaves what it must."""
    written = "\n".join(path.read_text() for path in HOME.glob("services/*.py"))
    kinds = set(re.findall(r'kind="([a-z_]+)"', written))
    assert kinds >= {"comment_coded", "study_locked", "rating_saved"}
    assert not kinds - LED - OF_RATERS
    assert not LED & OF_RATERS


def test_the_scripts_list_what_the_site_lists() -> None:
    assert set(script("verify").NOT_ERASED) == LED | {SEATED}
    replay = script("replay")
    assert set(replay.AFTER_LOCK) == AFTER_LOCK
    assert list(STEPS) == replay.STEPS
