"""The one story: walkers are drawn, systems trained, texts rated blind, reported."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from annotations.management.demo import (
    SYSTEMS,
    TRAINED,
    DemoPlan,
    demo_accounts,
    demo_build,
    demo_summary,
)
from annotations.models import Assignment, Slot, Study
from annotations.services import study_unblind
from gaitmodel.models import Clip, Evaluation, Rationale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def plan(settings: Settings, tmp_path: Path) -> DemoPlan:
    settings.VAR_DIR = tmp_path
    settings.CLIP_STORE = tmp_path / "clips"
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    settings.FEATURE_CACHE = tmp_path / "features"
    settings.BACKBONE_DIR = tmp_path / "backbones"
    return DemoPlan(
        "tiny", cases=4, subjects_per_class=2, seconds=2.0, epochs=2, new_tokens=16
    )


def command(name: str, *arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def rate_everything(username: str, password: str) -> int:
    """Log in, and fill in every case as a browser without JavaScript sends it."""
    client = Client()
    assert client.login(username=username, password=password)
    mine = Assignment.objects.filter(seat__rater__username=username)
    for seat in mine.values_list("seat", flat=True).distinct():
        client.post(reverse("consent", args=[seat]), {"agree": "on"})
    for assignment in mine.order_by("position"):
        url = reverse("case", args=[assignment.pk])
        page = client.get(url).content.decode()
        assert not any(key in page for key in SYSTEMS)
        answers = {"choice-best": "A", "choice-second": "C", "choice-version": 0}
        answers |= {"comment-text": "Clear.", "comment-version": 0}
        for slot in assignment.slots.all():
            for row in slot.ratings.select_related("criterion"):
                name = f"{slot.letter}-{row.criterion.key}"
                answers |= {f"{name}-value": 4, f"{name}-version": 0}
        client.post(url, answers)
        client.post(reverse("case_review", args=[assignment.pk]))
    return mine.filter(state=Assignment.State.SUBMITTED).count()


def test_from_a_drawn_walk_to_a_verified_report(plan: DemoPlan) -> None:
    study = demo_build(plan)
    assert study.state == Study.State.OPEN
    assert Clip.objects.filter(state=Clip.State.READY).count() == Clip.objects.count()
    assert Rationale.objects.count() == 12
    table_one = Evaluation.objects.get()
    assert (table_one.split, *table_one.table["systems"]) == ("test", *TRAINED)
    assert set(Slot.objects.values_list("letter", flat=True)) == {"A", "B", "C"}

    accounts = demo_accounts(plan)
    raters = [account for account in accounts if account.role == "rater"]
    done = [rate_everything(one.username, one.password) for one in raters]
    assert done == [1, 1, 1, 1]

    command("lock_study", study.name)
    for one in accounts:
        if one.role == "lead":
            study_unblind(
                study=study,
                signer=User.objects.get(username=one.username),
                password=one.password,
                reason="all cases are in",
            )
    report = json.loads(command("report_study", study.name, "--json"))
    counted = {"cases": 4, "patients": 2, "evaluators": 4, "ratings": 48, "missing": 0}
    assert report["n"].items() >= counted.items()
    assert sum(best["k"] for best in report["best"].values()) == 4
    assert report["headline"]["system"] == "biogait_full"
    assert "holds" in command("verify_study", study.name)

    again = demo_build(plan)
    assert again.pk == study.pk
    summary = demo_summary(plan, again, "http://127.0.0.1:8000/")
    assert {one["role"] for one in summary["accounts"]} == {"rater", "lead"}
