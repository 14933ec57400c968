"""The crawl: visit every route, with everything a person may send, and record it.

Routes come from the URL configuration. A route whose parameters are not known in
``Places`` stops the crawl, so a new view is crawled or the suite fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotations.models import Assignment, Seat, Study
from gaitmodel.models import Clip
from tests.annotations.blinding.masks import masked
from tests.people import PASSWORD
from tests.routes import Route, own_routes

NOBODY = UUID("00000000-0000-4000-8000-000000000000")
Address = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Seen:
    """One response: status, headers, masked bytes, and its SQL."""

    status: int
    headers: str
    content: bytes
    statements: tuple[str, ...]


World = dict[str, Seen]

# Routes that end the session come last, as they end the crawl.
ENDING = ("withdrawal", "account_logout")
# These must reveal the identities, or that they were moved; they have their own tests.
LEADS_EXCEPTIONS = ("study_verify", "case_unblind", "study_open", "study_audit")


def answers(case: Assignment | None) -> dict[str, Any]:
    """The form data of a whole page."""
    if case is None:
        return {}
    sent: dict[str, Any] = {
        "choice-best": "A",
        "choice-second": "B",
        "choice-version": 0,
        "comment-text": "clear",
        "comment-version": 0,
        "guess-answer": "C",
        "guess-version": 0,
    }
    for letter in case.slots.values_list("letter", flat=True):
        for key in case.seat.study.criteria.values_list("key", flat=True):
            sent |= {f"{letter}-{key}-value": 4, f"{letter}-{key}-version": 0}
    return sent


GENERAL = {
    "agree": "on",
    "label": "normal",
    "reason": "black",
    "active_s": "0",
    "emails": "eva@example.org",
    "password": PASSWORD,
    "number": "1",
    "username": "nobody",
    "action": "review",
    "code": "000000",
    "email": "nobody@example.org",
}


def places(route: Route) -> Iterator[list[Any]]:
    """Every set of parameters with which a route is requested."""
    study = Study.objects.order_by("name").first()
    cases = list(Assignment.objects.order_by("seat__number", "position"))
    known: dict[str, list[Any]] = {
        "clip_id": [0, *Clip.objects.order_by("name").values_list("pk", flat=True)[:1]],
        "place": [0],
        "case_id": [*[case.pk for case in cases], NOBODY],
        "seat_id": [
            *Seat.objects.order_by("number").values_list("pk", flat=True),
            NOBODY,
        ],
        "study_id": [study.pk if study else NOBODY, NOBODY],
        "letter": ["A", "F"],
        "criterion": ["grounding", "none"],
        "token": ["forged"],
        "number": [1, 3],
        "what": ["cells/A/grounding", "choice", "none"],
        "run_id": [NOBODY],
        "uidb36": ["1"],
        "key": ["forged"],
        "pk": [1],
    }
    missing = [name for name in route.parameters if name not in known]
    if missing:
        raise AssertionError(f"the crawl does not know how to visit {route}: {missing}")
    yield from map(list, product(*(known[name] for name in route.parameters)))


def addresses() -> Iterator[Address]:
    """Every URL, by GET and by POST; those that end the session come last."""
    ordered = sorted(own_routes(), key=lambda route: route.name in ENDING)
    for route in ordered:
        for values in places(route):
            url = reverse(
                route.name, kwargs=dict(zip(route.parameters, values, strict=True))
            )
            ids = [value for value in values if isinstance(value, UUID)]
            case = Assignment.objects.filter(pk__in=ids).first()
            yield "get", url, {}
            yield "head", url, {}
            yield "post", url, GENERAL | answers(case)
            if url.startswith("/api/"):
                yield "put", url, {"value": 3, "version": 0, "best": "A", "second": "B"}
    yield "get", "/nowhere/", {}
    yield "get", "/static/nothing.js", {}
    yield "options", "/cases/", {}


def crawl(client: Client, *, leave_out: tuple[str, ...] = ()) -> World:
    """Visit everything, then each film by signed URL; leave the database unchanged."""
    cache.clear()  # rate limits count the attempts of earlier crawls
    world: World = {}
    skipped = {reverse_prefix(name) for name in leave_out}
    with transaction.atomic():
        for method, url, data in addresses():
            if any(part in url for part in skipped):
                continue
            world[f"{len(world)} {method} {url}"] = visit(client, method, url, data)
        transaction.set_rollback(True)
    with transaction.atomic():
        for case in Assignment.objects.order_by("seat__number", "position"):
            world |= _film(client, case)
        world["mail"] = _mail()
        transaction.set_rollback(True)
    return world


def reverse_prefix(name: str) -> str:
    """The last part of a route's URL, by which it is left out."""
    return {
        "study_verify": "/verify/",
        "case_unblind": "/unblind-case/",
        "study_open": "/open/",
        "study_audit": "/audit/",
    }[name]


def visit(client: Client, method: str, url: str, data: dict[str, Any]) -> Seen:
    with CaptureQueriesContext(connection) as queries:
        answer = _asked(client, method, url, data)
    return record(answer, [query["sql"] for query in queries])


def _asked(client: Client, method: str, url: str, data: dict[str, Any]) -> HttpResponse:
    send = getattr(client, method)
    if url.startswith("/api/") and method in ("post", "put"):
        return send(url, data, content_type="application/json")
    return send(url, data)


def record(answer: HttpResponse, statements: list[str]) -> Seen:
    content = (
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        if answer.streaming
        else answer.content
    )
    headers = [item for item in sorted(answer.headers.items()) if item[0] != "Expires"]
    text = masked(str(headers).encode()).decode()
    shapes = tuple(
        re.split(' WHERE | SET | VALUES |DECLARE "[^"]+"', sql)[0][:60]
        for sql in statements
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO"))
    )
    return Seen(answer.status_code, text, masked(content), shapes)


def _film(client: Client, case: Assignment) -> World:
    answer = client.get(reverse("case_film_url", args=[case.pk]))
    if answer.status_code != 200:
        return {f"film {case.pk}": record(answer, [])}
    url = answer.json()["url"]
    return {
        f"film {case.pk}": visit(client, "get", url, {}),
        f"head of film {case.pk}": visit(client, "head", url, {}),
    }


def _mail() -> Seen:
    text = "\n".join(f"{m.subject}\n{m.body}\n{m.to}" for m in mail.outbox)
    mail.outbox.clear()
    links = text.split("/invitation/")
    return Seen(0, "", "|".join(part[43:] for part in links).encode(), ())


def differences(one: World, two: World) -> list[str]:
    """Where the two worlds can be distinguished."""
    return [step for step in one | two if one.get(step) != two.get(step)]
