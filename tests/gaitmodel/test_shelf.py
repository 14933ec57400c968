"""Clips in an S3 bucket: put there, read in ranges, signed, brought to another host.

The bucket is of a server of the test's own, which speaks S3.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import requests
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from annotations.models import Assignment, Study
from annotations.services import rater_seat, study_open, study_verify
from evalsite import backing
from evalsite.watching.readiness import problems
from gaitmodel import shelf
from gaitmodel.models import Clip
from gaitmodel.runner.inputs import clip_input
from tests import factories, people
from tests.gaitmodel.core.fakes import swinging_pose

pytestmark = pytest.mark.django_db
KEYS = ("a-key", "a-secret")


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, settings: Settings, tmp_path: Path) -> Any:
    """An empty private bucket that the settings name."""
    requests.post(f"{endpoint}/moto-api/reset", timeout=10)
    made = boto3.resource(
        "s3", endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id=KEYS[0], aws_secret_access_key=KEYS[1],
    ).create_bucket(Bucket="clips")  # fmt: skip
    settings.MEDIA_STORAGE = "s3"
    settings.S3_BUCKET = "clips"
    clips = backing.clips("s3", tmp_path, "clips", endpoint, "us-east-1", KEYS)
    settings.STORAGES = {**settings.STORAGES, "clips": clips}
    return made


def test_what_is_not_looked_at_yet_never_leaves_the_host(
    bucket: Any, walk: Clip
) -> None:
    folder = shelf.fetch("walk") / ".part-scratch"
    folder.mkdir()
    (folder / "video.mp4").write_text("with a face, perhaps")
    shelf.upload("walk")
    keys = [one.key for one in bucket.objects.all()]
    assert "walk/skeleton.mp4" in keys
    assert not [key for key in keys if "/." in key]


def test_an_erased_clip_leaves_the_bucket_and_this_disk(
    bucket: Any, walk: Clip
) -> None:
    folder = shelf.fetch("walk")
    shelf.erase("walk")
    assert not folder.exists()
    assert list(bucket.objects.filter(Prefix="walk/")) == []


def other_host(settings: Settings, tmp_path: Path) -> Path:
    """A host with an empty disk."""
    settings.CLIP_STORE = tmp_path / "another-host"
    return tmp_path / "another-host"


@pytest.fixture
def walk(bucket: Any, tmp_path: Path) -> Clip:
    """One walk, imported and prepared on this host."""
    np.save(tmp_path / "a.npy", swinging_pose(70).angles)
    (tmp_path / "m.csv").write_text(
        "clip,subject,label,pose,fps,split\nwalk,s1,dcm,a.npy,30,train\n"
    )
    call_command("import_clips", str(tmp_path / "m.csv"))
    call_command("prepare_clips", "--workers", "1")
    return Clip.objects.get()


@pytest.fixture
def case(bucket: Any) -> Assignment:
    """A case of Ada's whose films are in the bucket, and on no disk."""
    study = factories.study(n_cases=2, n_raters=1)
    for name in Clip.objects.values_list("name", flat=True):
        shelf.upload(name)
    opened = study_open(study=study)
    rater_seat(study=opened, rater=people.rater("ada"))
    return Assignment.objects.order_by("position").first()  # type: ignore[return-value]


@pytest.fixture
def ada(case: Assignment, client: Client) -> Client:
    client.force_login(case.seat.rater)
    return client


def address(ada: Client, case: Assignment) -> str:
    return str(ada.get(reverse("case_film_url", args=[case.pk])).json()["url"])


def keys(bucket: Any) -> set[str]:
    return {one.key for one in bucket.objects.all()}


def test_what_is_prepared_is_put_into_the_bucket(bucket: Any, walk: Clip) -> None:
    assert {
        "walk/pose.npz", "walk/skeleton.mp4", "walk/features.json",
        "walk/provenance.json",
    } <= keys(bucket)  # fmt: skip


def test_a_runner_on_another_host_reads_the_clip(
    walk: Clip, settings: Settings, tmp_path: Path, clip_store: Path
) -> None:
    here = clip_input(walk)
    folder = other_host(settings, tmp_path)
    there = clip_input(walk)
    assert there.film is not None
    assert there.film.path == folder / "walk/skeleton.mp4"
    assert (
        there.film.path.read_bytes() == (clip_store / "walk/skeleton.mp4").read_bytes()
    )
    assert np.array_equal(there.pose.angles, here.pose.angles, equal_nan=True)


def test_a_copy_is_brought_up_to_date_and_no_further(
    walk: Clip, settings: Settings, tmp_path: Path, clip_store: Path
) -> None:
    folder = other_host(settings, tmp_path)
    shelf.fetch("walk")
    before = (folder / "walk/pose.npz").stat().st_mtime_ns
    settings.CLIP_STORE = clip_store
    (clip_store / "walk/skeleton.mp4").write_bytes(b"made anew")
    (clip_store / "walk/features.json").unlink()
    shelf.upload("walk")
    settings.CLIP_STORE = folder
    shelf.fetch("walk")
    assert (folder / "walk/skeleton.mp4").read_bytes() == b"made anew"
    assert not (folder / "walk/features.json").exists()
    assert (folder / "walk/pose.npz").stat().st_mtime_ns == before


def test_a_rater_gets_ranges_of_a_film_that_lies_on_no_disk_here(
    ada: Client, case: Assignment, bucket: Any, settings: Settings, tmp_path: Path
) -> None:
    folder = other_host(settings, tmp_path)
    whole = bucket.Object(case.case.film).get()["Body"].read()
    url = address(ada, case)
    part = ada.get(url, headers={"range": "bytes=10-99"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == whole[10:100]  # type: ignore[attr-defined]
    assert part.headers["Content-Range"] == f"bytes 10-99/{len(whole)}"
    assert b"".join(ada.get(url).streaming_content) == whole  # type: ignore[attr-defined]
    assert ada.get(url, headers={"range": "bytes=999999-"}).status_code == 416
    assert factories.CLIP_CANARY not in str(part.headers)
    assert not folder.exists()


def test_nginx_gets_a_signed_address_that_holds_for_a_minute(
    ada: Client, case: Assignment, bucket: Any, settings: Settings, endpoint: str
) -> None:
    settings.MEDIA_ACCEL_PREFIX = "/_films/"
    answer = ada.get(address(ada, case))
    inside = answer.headers["X-Accel-Redirect"]
    assert inside.startswith(f"/_films/clips/{case.case.film}?")
    assert "X-Amz-Expires=60" in inside
    assert "X-Amz-Signature=" in inside
    assert KEYS[1] not in inside
    signed = endpoint + inside.removeprefix("/_films")
    part = requests.get(signed, headers={"Range": "bytes=0-9"}, timeout=10)
    assert (part.status_code, len(part.content)) == (206, 10)


def test_a_film_that_was_changed_in_the_bucket_breaks_the_seal(
    case: Assignment, bucket: Any, settings: Settings, tmp_path: Path
) -> None:
    study = Study.objects.get()
    other_host(settings, tmp_path)
    assert study_verify(study).holds
    bucket.put_object(Key=case.case.film, Body=b"another film")
    breaks = study_verify(study).breaks
    assert breaks == (f"case {case.case_id}: its film differs from what was sealed",)


def test_a_bucket_that_is_gone_is_named_by_readyz(bucket: Any) -> None:
    assert problems()["media"] == ""
    for one in bucket.objects.all():
        one.delete()
    bucket.delete()
    assert problems()["media"] == "the bucket cannot be written (NoSuchBucket)"
