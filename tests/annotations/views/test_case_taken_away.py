"""A page is asked for, and its case is closed or taken away before it is made."""

from collections.abc import Callable
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from annotations.core.instrument.protocol import Protocol
from annotations.models import Assignment, Study
from annotations.services import rater_seat, study_lock, study_open
from annotations.services.reissuing import seat_reissue
from annotations.views import diagnosis, rating
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(ada: User) -> Assignment:
    """Ada's first, in a study that asks for her own diagnosis."""
    draft = factories.study(n_cases=4, protocol=Protocol(own_diagnosis=True))
    rater_seat(study=study_open(study=draft), rater=ada)
    return Assignment.objects.get(seat__rater=ada, position=1)


def locked(study: Study) -> None:
    study_lock(study=study)


def freed(study: Study) -> None:
    seat_reissue(study=study, number=1, reason="has left", actor=None)


@pytest.mark.parametrize("name", ["case", "diagnosis"])
@pytest.mark.parametrize(("act", "then"), [(locked, 200), (freed, 404)])
def test_the_page_says_what_became_of_the_case(
    case: Assignment,
    ada: User,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    act: Callable[[Study], None],
    then: int,
) -> None:
    module: ModuleType = {"case": rating, "diagnosis": diagnosis}[name]
    before = module.before_the_case

    def late(found: Assignment) -> object:
        monkeypatch.undo()
        act(found.seat.study)
        return None if name == "case" else before(found)

    monkeypatch.setattr(module, "before_the_case", late)
    client = Client()
    client.force_login(ada)
    answer = client.get(reverse(name, args=[case.pk]), follow=True)
    assert answer.redirect_chain
    assert answer.status_code == then
    assert not Assignment.objects.exclude(state=Assignment.State.NEW).exists()
