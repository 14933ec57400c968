"""The locks are the lists with hashes: same packages, same versions, no address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from supply.locks import FURTHER, NAMES, ROOT, listed, lock_text, locked


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_pins_exactly_what_its_list_names(name: str) -> None:
    wanted = listed(ROOT / f"{name}.txt")
    pinned = locked(ROOT / f"{name}.lock")
    assert set(pinned) == set(wanted)
    for package, (requirement, hashes) in pinned.items():
        assert requirement.specifier == wanted[package].specifier, package
        assert bool(requirement.marker) == bool(wanted[package].marker), package
        assert hashes, package


@pytest.mark.parametrize("name", NAMES)
def test_a_list_pins_every_version(name: str) -> None:
    for package, requirement in listed(ROOT / f"{name}.txt").items():
        assert re.fullmatch(r"==[^*,]+", str(requirement.specifier)), package


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_torch_is_locked_for_the_cpu_and_for_cuda() -> None:
    _, hashes = locked(ROOT / "requirements.lock")["torch"]
    assert set(FURTHER["torch"]) < set(hashes)


def test_a_changed_version_is_noticed(tmp_path: Path) -> None:
    text = (ROOT / "requirements.lock").read_text()
    (tmp_path / "a.lock").write_text(text.replace("numpy==", "numpy==9"))
    requirement, _ = locked(tmp_path / "a.lock")["numpy"]
    assert requirement.specifier != listed(ROOT / "requirements.txt")["numpy"].specifier


def test_further_hashes_join_those_of_the_index() -> None:
    written = "torch==2.0 \\\n    --hash=sha256:" + "a" * 64 + "\n"
    text = lock_text("requirements", written)
    assert "a" * 64 in text
    assert FURTHER["torch"][0] in text
