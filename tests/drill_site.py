"""The site of the recovery drill, built and inspected in separate processes.

One study is unblinded, so that there is a report; one is open, so that scoring can
continue during the backup; one lead has a second factor.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping

from tests.processes import manage

CLOSED, OPEN = "Closed", "Open"
CRITERIA = ("grounding", "explainability", "usefulness", "consistency")


def in_site(site: Mapping[str, str], act: str) -> dict[str, object]:
    """The result of this module's ``act``, in a process with the site's settings."""
    code = f"from tests import drill_site; drill_site.say(drill_site.{act}())"
    found: dict[str, object] = json.loads(
        manage(dict(site), "shell", "-v0", "-c", code).splitlines()[-1]
    )
    return found


def say(found: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")


def build() -> dict[str, object]:
    """Fill a migrated site; return the open study's first case."""
    from django.contrib.auth.models import User

    from annotations.models import Assignment
    from annotations.services import (
        rater_seat,
        study_lock,
        study_open,
        study_unblind,
    )
    from tests import factories, people

    cleo, dora = people.lead("cleo"), people.lead("dora")
    ada, ben = people.rater("ada"), people.rater("ben")
    closed = study_open(
        study=factories.study(CLOSED, n_cases=6, n_raters=2), actor=cleo
    )
    for rater in (ada, ben):
        rater_seat(study=closed, rater=rater)
        _score_all(closed, rater)
    study_lock(study=closed, actor=cleo)
    for signer in (cleo, dora):
        study_unblind(
            study=closed, signer=signer, password=people.PASSWORD, reason="drill"
        )
    going = factories.study(OPEN, n_cases=2, n_raters=1, start=100)
    going = study_open(study=going, actor=cleo)
    rater_seat(study=going, rater=User.objects.get(username="ada"))
    case = Assignment.objects.get(seat__study=going, position=1)
    return {"case": str(case.pk)}


def _score_all(study: object, rater: object) -> None:
    """Every cell, choice and comment of one rater, from a fixed seed."""
    from annotations.models import Assignment
    from annotations.services import (
        assignment_open,
        assignment_submit,
        choice_save,
        comment_save,
        rating_save,
    )
    from annotations.services.verdicts import Picks

    chance = random.Random(7)
    for case in Assignment.objects.filter(seat__study=study, seat__rater=rater):
        assignment_open(case_id=case.pk, actor=rater)
        for letter in "ABC":
            for criterion in CRITERIA:
                rating_save(
                    case_id=case.pk, letter=letter, criterion=criterion,
                    value=chance.randint(1, 5), version=0, actor=rater,
                )  # fmt: skip
        best, second = chance.sample("ABC", 2)
        choice_save(case_id=case.pk, picks=Picks(best, second), version=0, actor=rater)
        comment_save(case_id=case.pk, text="slow turn", version=0, actor=rater)
        assignment_submit(case_id=case.pk, actor=rater)


def look() -> dict[str, object]:
    """What must be equal after a recovery: report, chains, triggers, second factor."""
    import hashlib
    from importlib import import_module

    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from django.db import connection

    from annotations.models import Rating, Study
    from annotations.reports import study_report
    from annotations.services import study_verify

    triggers = import_module("annotations.migrations._triggers")
    report = study_report(Study.objects.get(name=CLOSED)).as_json()
    factor = Authenticator.objects.filter(user__username="cleo", type="totp").get()
    return {
        "report": hashlib.sha256(
            json.dumps(report, sort_keys=True).encode()
        ).hexdigest(),
        "breaks": [
            line for study in Study.objects.all() for line in study_verify(study).breaks
        ],
        "triggers": triggers.standing(connection) == triggers.rule_names(),
        "secret": get_adapter().decrypt(factor.data["secret"]),
        "cells": {
            f"{rating.slot.letter}-{rating.criterion.key}": rating.value
            for rating in Rating.objects.filter(
                slot__assignment__seat__study__name=OPEN, value__isnull=False
            ).select_related("slot", "criterion")
        },
    }
