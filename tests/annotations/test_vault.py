"""The guard refuses before the database is asked, and fails closed."""

import pytest
from django.contrib import admin
from django.db import connection

from annotations.models import (
    IdentifiabilityAudit,
    Slot,
    SlotIdentity,
    Study,
    StudySecret,
)
from annotations.vault import BlindingError, Sight, guarded, vault_opened
from gaitmodel.models import Clip, Prediction, Rationale, Run

pytestmark = pytest.mark.django_db

IDENTITY = [SlotIdentity, StudySecret, IdentifiabilityAudit]
MODEL_ROOM = [Clip, Rationale]


@pytest.mark.parametrize("model", [*IDENTITY, *MODEL_ROOM])
def test_a_rater_sees_neither_identities_nor_the_model_room(model) -> None:
    with guarded(Sight.RATER), pytest.raises(BlindingError):
        model.objects.first()


@pytest.mark.parametrize("model", IDENTITY)
def test_a_lead_sees_no_identities(model) -> None:
    with guarded(Sight.LEAD), pytest.raises(BlindingError):
        model.objects.first()


@pytest.mark.parametrize("model", [Clip, Run])
def test_a_lead_works_in_the_model_room(model) -> None:
    with guarded(Sight.LEAD):
        assert model.objects.first() is None


def test_a_join_or_raw_sql_is_refused_too() -> None:
    with guarded(Sight.RATER):
        with pytest.raises(BlindingError):
            list(Slot.objects.select_related("identity"))
        with pytest.raises(BlindingError):
            list(Slot.objects.filter(identity__system="x"))
        with connection.cursor() as cursor, pytest.raises(BlindingError):
            cursor.execute('SELECT * FROM "ANNOTATIONS_SLOTIDENTITY"')
        with connection.cursor() as cursor, pytest.raises(BlindingError):
            cursor.executemany(
                "UPDATE annotations_slotidentity SET system = %s", [["x"]]
            )


def test_a_lead_may_open_the_vault_and_a_rater_never() -> None:
    with guarded(Sight.LEAD):
        with vault_opened():
            assert SlotIdentity.objects.first() is None
        with pytest.raises(BlindingError):
            SlotIdentity.objects.first()
    with guarded(Sight.RATER), pytest.raises(BlindingError), vault_opened():
        pass


def test_what_is_not_secret_passes() -> None:
    with guarded(Sight.RATER):
        assert Study.objects.first() is None


@pytest.mark.parametrize("model", [Rationale, Prediction])
def test_a_lead_does_not_see_who_wrote_which_text(model) -> None:
    with guarded(Sight.LEAD), pytest.raises(BlindingError):
        model.objects.first()


@pytest.mark.parametrize("model", [Rationale, Prediction, SlotIdentity, StudySecret])
def test_the_admin_shows_nothing_that_names_an_author(model) -> None:
    assert not admin.site.is_registered(model)
