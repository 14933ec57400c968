"""With clips in a bucket, a backup has them all, and a restore puts them back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from evalsite.recovery.backup import site_backup
from evalsite.recovery.manifest import manifest_read
from evalsite.recovery.restore import clips_shelved
from gaitmodel import shelf
from tests import factories
from tests.gaitmodel.test_shelf import bucket, endpoint

__all__ = ["bucket", "endpoint"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_clips_of_a_bucket_are_in_the_backup_and_come_back(
    bucket: Any, settings: Settings, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    settings.CLIP_STORE = settings.VAR_DIR / "clips"
    clip = factories.clip(1)
    shelf.upload(clip.name)
    shutil.rmtree(settings.CLIP_STORE)  # this host has no copy any more
    site_backup(tmp_path / "backup")
    kept = {entry.path for entry in manifest_read(tmp_path / "backup").files}
    film = f"clips/{clip.name}/skeleton.mp4"
    assert f"data/{film}" in kept
    bucket.objects.delete()
    shutil.copytree(tmp_path / "backup" / "data", settings.VAR_DIR, dirs_exist_ok=True)
    clips_shelved()
    assert f"{clip.name}/skeleton.mp4" in {one.key for one in bucket.objects.all()}
