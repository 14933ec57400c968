"""A lead takes the export out of the site: password, log entry, one file that verifies."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.models import Study
from annotations.services import study_lock
from tests import people
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def unblinded(study: Study, cleo: User, dora: User) -> Study:
    study_lock(study=study)
    people.all_sign(study, cleo, dora)
    study.refresh_from_db()
    return study


def ask(person: User, study: Study, password: str):
    client = Client()
    client.force_login(person)
    return client.post(
        reverse("study_export", args=[study.pk]), {"password": password}, follow=True
    )


def test_the_export_leaves_by_the_browser_verifies_and_is_logged(
    unblinded: Study, cleo: User, tmp_path: Path
) -> None:
    answer = ask(cleo, unblinded, PASSWORD)
    assert answer.headers["Content-Type"] == "application/zip"
    bundle = tmp_path / "bundle"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as whole:
        whole.extractall(bundle)
    checked = subprocess.run(
        [sys.executable, "-I", bundle / "verify.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout.endswith("everything holds\n")
    taken = unblinded.events.get(kind="data_exported")
    assert taken.actor == cleo
    sums = (bundle / "SHA256SUMS").read_bytes()
    assert taken.content.payload == {
        "what": "bundle",
        "sha256": hashlib.sha256(sums).hexdigest(),
    }


def test_without_the_password_nothing_leaves(unblinded: Study, cleo: User) -> None:
    page = ask(cleo, unblinded, "not it")
    assert "the password is wrong; nothing was done" in page.content.decode()
    assert not unblinded.events.filter(kind="data_exported").exists()


def test_a_blind_study_is_not_exported(study: Study, cleo: User) -> None:
    page = ask(cleo, study, PASSWORD)
    assert "not unblinded" in page.content.decode()
    assert not study.events.filter(kind="data_exported").exists()
