"""The steps of ``make demo``: the whole pipeline on a synthetic cohort.

Each step first checks whether it has been done, so an interrupted demo resumes where it
stopped. Model work uses the commands that a researcher would type.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from tqdm import tqdm

from annotations.core.errors import StudyError
from annotations.core.instrument.protocol import CONSENT, Protocol
from annotations.models import Study
from annotations.services import rater_seat, study_create, study_open
from gaitmodel.core.sources.synthetic import build_cohort
from gaitmodel.core.taxonomy import GaitClass
from gaitmodel.models import Clip

STUDY = "Demo study"
SYSTEMS = ("biogait_full", "biogait_no_bio", "internvl3_5_zero_shot")
TRAINED = {"biogait_full": "", "biogait_no_bio": "", "biogait_plus": "none"}
TARGET = "biogait_full"
RATERS = ("ada", "ben", "chloe", "dan")
LEADS = ("lena", "omar")
CLIPS_PER_SUBJECT = 2
BANNER = (
    "Demonstration: the walkers are drawn and a small general language model wrote the "
    "texts. Nothing here is clinically meaningful. Only here, leads sign in without a "
    "second factor."
)


@dataclass(frozen=True)
class DemoPlan:
    """The size of a demo: large enough to show everything, done within ten minutes."""

    backbone: str
    cases: int
    seed: int = 7
    subjects_per_class: int = 4
    seconds: float = 4.0
    epochs: int = 12
    batch_size: int = 8
    text_tokens: int = 320
    new_tokens: int = 64

    @property
    def folder(self) -> Path:
        return Path(settings.VAR_DIR) / "demo"


@dataclass(frozen=True)
class Account:
    username: str
    password: str
    role: str


def demo_build(plan: DemoPlan) -> Study:
    """Do the steps not yet done, and return the open study."""
    call_command("migrate", verbosity=0, stdout=sys.stderr)
    done = Study.objects.filter(name=STUDY).first()
    if done is None:
        _cohort(plan)
        _models(plan)
        done = _study(plan)
    if done.state == Study.State.DRAFT:
        study_open(study=done, actor=User.objects.get(username=LEADS[0]))
    seated = set(done.seats.values_list("rater__username", flat=True))
    for name in RATERS:
        if name not in seated:
            rater_seat(study=done, rater=User.objects.get(username=name))
    return Study.objects.get(pk=done.pk)


def demo_erase(plan: DemoPlan) -> None:
    """Start over, but only if nothing except the demo would be lost.

    Raises
    ------
    StudyError
        If the database holds another study or other clips, or is not SQLite.
    """
    if connection.vendor != "sqlite":
        raise StudyError("--fresh erases SQLite only; drop the other database yourself")
    if "annotations_study" in connection.introspection.table_names():
        other = Study.objects.exclude(name=STUDY).first()
        foreign = Clip.objects.exclude(source="synthetic").first()
        if other or foreign:
            what = f"study {other.name!r}" if other else f"clip {foreign}"
            raise StudyError(f"--fresh would erase {what}, which is not the demo's")
    name = str(connection.settings_dict["NAME"])
    connection.close()
    for suffix in ("", "-wal", "-shm"):
        Path(name + suffix).unlink(missing_ok=True)
    _accounts_path(plan).unlink(missing_ok=True)


def demo_accounts(plan: DemoPlan) -> list[Account]:
    """The demo's people; their passwords are drawn once and kept in its folder."""
    path = _accounts_path(plan)
    if path.exists():
        return [Account(**stored) for stored in json.loads(path.read_text())]
    accounts = [
        Account(name, secrets.token_urlsafe(9), role)
        for role, names in (("rater", RATERS), ("lead", LEADS))
        for name in names
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps([vars(account) for account in accounts], indent=1))
    return accounts


def _accounts_path(plan: DemoPlan) -> Path:
    return plan.folder / "accounts.json"


def _cohort(plan: DemoPlan) -> None:
    """Draw the walkers, import and measure them."""
    with tqdm(desc="drawing the synthetic cohort", unit="clip") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        manifest = build_cohort(
            plan.folder / "cohort",
            seed=plan.seed,
            subjects_per_class=plan.subjects_per_class,
            clips_per_subject=CLIPS_PER_SUBJECT,
            duration_s=plan.seconds,
            size=(400, 300),
            progress=show,
            val_fraction=0.25,
            test_fraction=0.0,
            held_out=dict.fromkeys(GaitClass, 1)
            | {GaitClass.DCM: -(-plan.cases // CLIPS_PER_SUBJECT)},
            workers=os.cpu_count() or 1,
        )
    call_command("import_clips", str(manifest), stdout=sys.stderr)
    call_command("prepare_clips", stdout=sys.stderr)


def _models(plan: DemoPlan) -> None:
    """Train three systems, evaluate them on held-out people, and let three arms write
    about the DCM walks among these.
    """
    for system, backbone in TRAINED.items():
        call_command(
            "train_biogait",
            system=system,
            backbone=backbone or plan.backbone,
            epochs=plan.epochs,
            batch_size=plan.batch_size,
            text_tokens=plan.text_tokens,
            stdout=sys.stderr,
        )
    call_command(
        "evaluate_systems",
        systems=",".join(TRAINED),
        backbone=[plan.backbone, *(f"{k}={b}" for k, b in TRAINED.items() if b)],
        target=TARGET,
        stdout=sys.stderr,
    )
    call_command(
        "generate_rationales",
        systems=",".join(SYSTEMS),
        backbone=plan.backbone,
        label="dcm",
        split="test",
        max_clips=plan.cases,
        max_new_tokens=plan.new_tokens,
        batch_size=12,
        stdout=sys.stderr,
    )
    (Path(settings.VAR_DIR) / "banner.txt").write_text(BANNER)


def _study(plan: DemoPlan) -> Study:
    for account in demo_accounts(plan):
        if not User.objects.filter(username=account.username).exists():
            User.objects.create_user(
                username=account.username,
                password=account.password,
                is_staff=account.role == "lead",
            )
    return study_create(
        name=STUDY,
        systems=SYSTEMS,
        n_raters=len(RATERS),
        label="dcm",
        split="test",
        n_cases=plan.cases,
        target=TARGET,
        purpose="Shows the whole pipeline; not evidence of anything.",
        is_pilot=True,
        protocol=Protocol(practice=True, consents=(CONSENT,)),
        actor=User.objects.get(username=LEADS[0]),
    )


def demo_summary(plan: DemoPlan, study: Study, url: str) -> dict[str, Any]:
    """What ``demo --json`` prints."""
    return {
        "study": study.name,
        "url": url,
        "accounts": [vars(account) for account in demo_accounts(plan)],
    }
