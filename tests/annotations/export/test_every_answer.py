"""Whatever raters may answer, an honest study and its export hold."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from annotations.core.instrument.protocol import Protocol, TieRule
from annotations.models import Assignment, Rating, Study
from annotations.services import (
    assignment_cannot_judge,
    assignment_open,
    assignment_reopen,
    assignment_submit,
    choice_save,
    comment_save,
    guess_save,
    rater_seat,
    rating_save,
    study_lock,
    study_open,
    study_verify,
)
from annotations.services.emergency import case_unblind
from annotations.services.joining import consent_withdraw
from annotations.services.reissuing import seat_reissue
from annotations.services.verdicts import Picks
from tests import factories, people
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
RULES = Protocol(
    tie_rule=TieRule.TIES, guess=True, correctness=True, confidence=True, reopening=True
)
WORDS = ("-x\r\n'=y", "@a", "'=z", "\tq", "a\rb")


def scored(case: Assignment, turn: int, rater: User) -> None:
    """Scores, a choice or a tie, a guess or none, words that look like formulas."""
    who = {"case_id": case.pk, "version": 0, "actor": rater}
    for cell in Rating.objects.filter(slot__assignment=case):
        place = {"letter": cell.slot.letter, "criterion": cell.criterion.key}
        rating_save(**place, value=1 + turn % 5, **who)
    picks = Picks("A", "B", confidence=2) if turn % 4 else Picks(verdict="tie")
    choice_save(picks=picks, **who)
    if turn % 3:
        letter = "B" if turn % 3 == 1 else ""
        guess_save(letter=letter, is_unknown=not letter, **who)
    comment_save(text=WORDS[turn % 5], **who)
    assignment_submit(case_id=case.pk, actor=rater)


def leads_and_withdraws(study: Study, rater: User) -> None:
    """Rates a case, is made a lead and acts as one, rates another, and withdraws."""
    seat = rater_seat(study=study, rater=rater)
    one, other = Assignment.objects.filter(seat=seat)[:2]
    scored(one, 1, rater)
    rater.is_staff = True
    rater.save()
    case_unblind(
        study=study, case_id=one.pk, actor=rater, password=PASSWORD, reason="asked"
    )
    scored(other, 2, rater)
    consent_withdraw(seat_id=seat.pk, actor=rater)


@pytest.fixture
def answered(ada: User, ben: User) -> Study:
    study = study_open(study=factories.study(protocol=RULES, overlap=2, repeats=2))
    for rater in (ada, ben):
        rater_seat(study=study, rater=rater)
        cases = Assignment.objects.filter(seat__study=study, seat__rater=rater)
        for turn, case in enumerate(cases.order_by("position")[1:]):
            assignment_open(case_id=case.pk, actor=rater)
            if turn != 1:
                scored(case, turn, rater)
            if turn == 2:
                assignment_reopen(case_id=case.pk, actor=rater)
            if turn in (1, 2):
                assignment_cannot_judge(case_id=case.pk, reason="dark", actor=rater)
    return study


def test_an_export_of_every_kind_of_answer_holds(
    answered: Study, cleo: User, dora: User, tmp_path: Path
) -> None:
    seat_reissue(study=answered, number=2, reason="moved away", actor=cleo)
    leads_and_withdraws(answered, people.rater("gil"))
    rater_seat(study=answered, rater=people.rater("fay"))
    study_lock(study=answered)
    people.all_sign(answered, cleo, dora)
    assert study_verify(Study.objects.get(pk=answered.pk)).breaks == ()
    folder = tmp_path / "bundle"
    call_command("export_study", answered.name, out=folder, verbosity=0)
    checked = subprocess.run(
        [sys.executable, "-I", folder / "verify.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout.splitlines()[3:] == ["everything holds"]
