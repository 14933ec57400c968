"""The export checks itself without the site, and says when a byte was moved."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from annotations.models import Study
from annotations.services import study_create, study_lock, study_open, study_unblind
from tests import factories
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


def offline(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", folder / script],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def rehearsed() -> Study:
    clips = factories.clips_with_rationales(12)
    study = study_open(
        study=study_create(
            name="Rehearsal",
            systems=factories.SYSTEMS,
            n_raters=2,
            clips=[clip.name for clip in clips],
            target=factories.SYSTEMS[0],
            is_pilot=True,
        )
    )
    call_command("simulate_study", "Rehearsal", "--kind", "preferring", verbosity=0)
    return study_lock(study=study)


def test_a_bundle_verifies_and_gives_the_same_numbers(
    rehearsed: Study, cleo: User, dora: User, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="not unblinded"):
        call_command("export_study", "Rehearsal", out=tmp_path / "early")
    assert not (tmp_path / "early").exists()
    for signer in (cleo, dora):
        study_unblind(study=rehearsed, signer=signer, password=PASSWORD, reason="done")
    folder = tmp_path / "bundle"
    call_command("export_study", "Rehearsal", out=folder, verbosity=0)
    checked = offline(folder, "verify.py")
    assert (checked.returncode, checked.stdout) == (0, "everything holds\n")
    again = offline(folder, "reanalyse.py")
    assert again.returncode == 0, again.stdout
    assert again.stdout.count("same") == 12 + 3 + 6
    ratings = folder / "ratings.csv"
    ratings.write_text(ratings.read_text().replace(",1,", ",2,", 1))
    assert "ratings.csv differs" in offline(folder, "verify.py").stdout
    seal = folder / "seal.json"
    seal.write_text(seal.read_text().replace("two-sided", "one-sided"))
    moved = offline(folder, "verify.py")
    assert "plan differs from what was sealed" in moved.stdout
    assert moved.returncode == 1
