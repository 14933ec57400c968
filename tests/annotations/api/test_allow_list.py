"""A field leaves the site only if it stands here: by class, by name."""

import inspect

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework import serializers as rest

from annotations.api import serializers

LISTED = {
    "OptionOut": {"letter", "text"},
    "CellOut": {"letter", "criterion", "value", "version"},
    "RowOut": {"key", "title", "question", "low", "high", "cells"},
    "PicksOut": {"best", "second", "verdict", "confidence", "version"},
    "CaseLineOut": {"id", "number", "state", "is_done"},
    "CaseOut": {
        "number", "total", "film_fps", "options", "rows", "picks", "missing",
    },
    "SavedOut": {"version", "at", "missing"},
    "ProblemOut": {"detail"},
    "StudyOut": {
        "id", "name", "state", "is_pilot", "n_systems", "opened_at", "locked_at",
        "unblinded_at",
    },
    "SeatOut": {
        "number", "rater", "total", "submitted", "cannot_judge", "median_minutes",
    },
    "ImportOut": {"clips"},
    "CellIn": {"value", "version", "key", "modality"},
    "PicksIn": {"best", "second", "verdict", "confidence", "version"},
    "ImportIn": {"manifest"},
}  # fmt: skip


def classes() -> dict[str, type]:
    return {
        name: one
        for name, one in inspect.getmembers(serializers, inspect.isclass)
        if issubclass(one, rest.BaseSerializer)
        and one.__module__ == serializers.__name__
    }


def test_every_field_is_listed_and_none_comes_from_a_model() -> None:
    found = {name: set(one().fields) for name, one in classes().items()}
    assert found == LISTED
    assert not [
        one for one in classes().values() if issubclass(one, rest.ModelSerializer)
    ]


def keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | set().union(*map(keys, value.values()), set())
    if isinstance(value, list):
        return set().union(*map(keys, value), set())
    return set()


@pytest.mark.django_db
def test_no_answer_has_a_key_that_is_not_listed(study, case, ada, cleo) -> None:
    rater, lead = Client(), Client()
    rater.force_login(ada)
    lead.force_login(cleo)
    allowed = set().union(*LISTED.values())
    for client, name, args in (
        (rater, "api_cases", []),
        (rater, "api_case", [case.pk]),
        (lead, "api_studies", []),
        (lead, "api_progress", [study.pk]),
    ):
        answer = client.get(reverse(name, args=args)).json()
        assert keys(answer)
        assert keys(answer) <= allowed
