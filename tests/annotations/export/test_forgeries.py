"""What a forger adds to a bundle or writes anew in it, with all sums, is found."""

from __future__ import annotations

import json
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from annotations.models import Assignment, Study
from annotations.services import (
    assignment_open,
    comment_save,
    rating_save,
    study_lock,
)
from annotations.services.joining import consent_withdraw
from annotations.services.reissuing import seat_reissue
from tests import people
from tests.annotations.export.test_offline import HOME
from tests.bundles import summed_anew

pytestmark = pytest.mark.django_db
NO_CHECK = "import os, sys\nsys.stdout.write('everything holds')\nsys.stdout.flush()\nos._exit(0)\n"


@pytest.fixture
def bundle(
    study: Study, case: Assignment, ada: User, cleo: User, dora: User, tmp_path: Path
) -> Path:
    """Of a study with a score and a comment, in letters that ASCII has not."""
    assignment_open(case_id=case.pk, actor=ada)
    place = {"letter": "A", "criterion": "grounding"}
    rating_save(case_id=case.pk, **place, value=4, version=0, actor=ada)
    comment_save(case_id=case.pk, text="kürzere Schritte 步態", version=0, actor=ada)
    study_lock(study=study)
    people.all_sign(study, cleo, dora)
    folder = tmp_path / "bundle"
    call_command("export_study", study.name, out=folder, verbosity=0)
    return folder


def package(bundle: Path) -> None:
    (bundle / "replay").mkdir()
    (bundle / "replay" / "__init__.py").write_text(NO_CHECK)


def bytecode(bundle: Path) -> None:
    """That its source is another, nobody asks who imports this."""
    source = bundle.parent / "replay.py"
    source.write_text(NO_CHECK)
    cached = bundle / "__pycache__" / f"replay.{sys.implementation.cache_tag}.pyc"
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(source), str(cached), invalidation_mode=unchecked)


@pytest.mark.parametrize("put", [package, bytecode])
def test_a_readers_own_scripts_run_nothing_that_a_forger_has_put_beside_them(
    bundle: Path, put: Callable[[Path], None]
) -> None:
    for script in ("verify.py", "replay.py"):
        shutil.copy(HOME / "export" / "offline" / script, bundle / script)
    put(bundle)
    assert "is not named in SHA256SUMS" in summed_anew(bundle)


@pytest.mark.parametrize("module", ["__future__", "json", "runpy", "csv", "os"])
@pytest.mark.parametrize("script", ["verify.py", "reanalyse.py"])
def test_the_scripts_import_nothing_that_lies_beside_them(
    bundle: Path, script: str, module: str
) -> None:
    """Without ``-I`` too."""
    (bundle / f"{module}.py").write_text(NO_CHECK)
    told = subprocess.run(
        [sys.executable, "-S", bundle / script],
        capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    assert "everything holds" not in told
    expected = "is not named in SHA256SUMS" if script == "verify.py" else "same  "
    assert expected in told


def test_the_results_are_computed_again_wherever_letters_are_ascii(
    bundle: Path,
) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for script in ("verify.py", "reanalyse.py"):
        done = subprocess.run(
            [sys.executable, bundle / script],
            env=ascii_only, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), script


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("codebook.csv", "1 Not at all to 5 Fully", "1 Fully to 5 Not at all",
         "codebook.csv: grounding is not explained as it was sealed"),
        ("codebook.csv", "best,chosen best", 'grounding,"How vague is it?",1\nbest,chosen best',
         "codebook.csv: grounding is not explained as it was sealed"),
        ("imrmc.csv", ":grounding,4", ":grounding,1", ":grounding, 4 is less than seal"),
        ("imrmc.csv", "score\n", "score\nR1,a,b,5\n", "R1, a, b, 5 is more than seal"),
        ("ro-crate-metadata.json", '"First"', '"Second"', "name is not what was sealed"),
        ("ro-crate-metadata.json", "Blinded study", "Confirmatory study",
         "description is not what was sealed"),
    ],
)  # fmt: skip
def test_words_and_scores_beside_the_ratings_are_those_of_seal_and_log(
    bundle: Path, file: str, old: str, new: str, told: str
) -> None:
    text = (bundle / file).read_text(encoding="utf-8")
    assert old in text
    (bundle / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert told in summed_anew(bundle)


def test_of_who_withdrew_no_more_is_missing_than_the_withdrawal_erased(
    study: Study, case: Assignment, ada: User, cleo: User, dora: User, tmp_path: Path
) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    seat_reissue(study=study, number=2, reason="moved away", actor=ada)
    consent_withdraw(seat_id=case.seat_id, actor=ada)
    study_lock(study=study)
    people.all_sign(study, cleo, dora)
    folder = tmp_path / "bundle"
    call_command("export_study", study.name, out=folder, verbosity=0)
    assert "everything holds" in summed_anew(folder)
    log = folder / "events.jsonl"
    events = [json.loads(line) for line in log.read_text().split("\n")[:-1]]
    act = next(event for event in events if "seat_reissued" in event["canonical"])
    act["content"] = act["salt"] = None
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    told = "2 contents of one person are missing, and their withdrawals erased 1"
    assert told in summed_anew(folder)
