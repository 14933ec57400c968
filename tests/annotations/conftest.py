"""Two studies, and people who may and may not see them."""

import pytest
from django.contrib.auth.models import User

from annotations.models import Assignment, Study
from annotations.services import rater_seat, study_open
from tests import factories, people


@pytest.fixture
def ada(db: None) -> User:
    return people.rater("ada")


@pytest.fixture
def ben(db: None) -> User:
    return people.rater("ben")


@pytest.fixture
def cleo(db: None) -> User:
    return people.lead("cleo")


@pytest.fixture
def dora(db: None) -> User:
    return people.lead("dora")


@pytest.fixture
def study(ada: User, ben: User) -> Study:
    """Open, Ada in the first seat, Ben in the second."""
    opened = study_open(study=factories.study())
    rater_seat(study=opened, rater=ada)
    rater_seat(study=opened, rater=ben)
    return Study.objects.get(pk=opened.pk)


@pytest.fixture
def case(study: Study, ada: User) -> Assignment:
    """Ada's first case."""
    return Assignment.objects.get(seat__study=study, seat__rater=ada, position=1)


@pytest.fixture
def bens_case(study: Study, ben: User) -> Assignment:
    return Assignment.objects.get(seat__study=study, seat__rater=ben, position=1)
