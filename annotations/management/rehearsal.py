"""Run a pilot study with rehearsal raters, through the services that raters use."""

from __future__ import annotations

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction

from annotations.core.errors import StateError, StudyError
from annotations.core.instrument.rehearsal import Kind, Sheet, filled_sheet
from annotations.models import Assignment, SlotIdentity, Study
from annotations.services import (
    assignment_open,
    assignment_submit,
    choice_save,
    guess_save,
    rater_seat,
    rating_save,
)
from annotations.services.joining import consent_give, own_diagnosis_give
from annotations.services.verdicts import Picks
from annotations.vault import vault_opened


@transaction.atomic
def study_rehearse(*, study: Study, kind: Kind, seed: int) -> int:
    """Seat rehearsal raters and answer every open case; return the number of cases.

    Raises
    ------
    StudyError
        If the study is not a pilot or not open, or every seat has a rater.
    """
    if not study.is_pilot:
        raise StudyError(
            f"study {study.name!r} is no pilot: rehearsal answers enter pilots only"
        )
    if not study.is_open:
        raise StateError(f"study {study.name!r} is {study.state}; open it first")
    _take_seats(study)
    rng = np.random.default_rng(seed)
    rows = Assignment.objects.filter(
        seat__study=study,
        seat__rater__username__startswith="rehearsal-",
        state__in=[Assignment.State.NEW, Assignment.State.OPEN],
    ).select_related("seat__study", "seat__rater")
    if not study.seats.filter(rater__username__startswith="rehearsal-").exists():
        raise StudyError(
            f"every seat of study {study.name!r} has a rater: rehearsal raters take free "
            "seats only"
        )
    done = 0
    for assignment in rows.order_by("seat__number", "position"):
        _answer(study, assignment, kind, rng)
        done += 1
    return done


def _take_seats(study: Study) -> None:
    for seat in study.seats.filter(rater=None):
        name = f"rehearsal-{str(study.pk)[:8]}-{seat.number}"
        rater = User.objects.create_user(username=name)
        rater_seat(study=study, rater=rater)
        if form := study.rules.consent_for(seat.site):
            consent_give(seat_id=seat.pk, version=form.version, actor=rater)


def _answer(
    study: Study, assignment: Assignment, kind: Kind, rng: np.random.Generator
) -> None:
    rater = assignment.seat.rater
    if rater is None:
        return
    letters, is_target = _shown(study, assignment)
    criteria = list(study.criteria.values_list("key", flat=True))
    sheet = filled_sheet(kind, is_target, len(criteria), rng)
    assignment_open(case_id=assignment.pk, actor=rater)
    if study.rules.own_diagnosis:
        own_diagnosis_give(
            case_id=assignment.pk, label="abnormal", confidence=None, actor=rater
        )
    for letter, scores in zip(letters, sheet.scores, strict=True):
        for criterion, value in zip(criteria, scores, strict=True):
            rating_save(
                case_id=assignment.pk, letter=letter, criterion=criterion,
                value=value, version=0, actor=rater,
            )  # fmt: skip
    _choose(study, assignment, letters, sheet, rater)
    assignment_submit(case_id=assignment.pk, actor=rater)


def _choose(
    study: Study, assignment: Assignment, letters: list[str], sheet: Sheet, rater: User
) -> None:
    picks = Picks(letters[sheet.best], letters[sheet.second])
    choice_save(case_id=assignment.pk, picks=picks, version=0, actor=rater)
    if study.rules.guess:
        guess_save(
            case_id=assignment.pk, letter="", is_unknown=True, version=0, actor=rater
        )


def _shown(study: Study, assignment: Assignment) -> tuple[list[str], list[bool]]:
    """The letters in order, and which of them is the plan's target."""
    with vault_opened():
        target = study.secret.plan.get("target") or study.secret.systems[0]
        rows = SlotIdentity.objects.filter(slot__assignment=assignment)
        shown = rows.order_by("slot__letter").values_list("slot__letter", "system")
        return [letter for letter, _ in shown], [own == target for _, own in shown]
