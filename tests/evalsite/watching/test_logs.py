"""The log of a whole rater's session, as production writes it, is about nobody."""

from __future__ import annotations

import json
import logging
import re
import sys
import urllib.error
from pathlib import Path
from typing import Any

import pytest

from evalsite.watching.logs import REQUEST_ID, Context, Discreet, Line
from tests import factories
from tests.annotations.test_crash import Browser
from tests.processes import manage, site_environment, web_server

EMAIL = "eva.zqxperson@example.org"
PASSWORD = "walking-slowly-42"
SETUP = f"""
from annotations.services import raters_invite, study_open
from tests import factories, people
study = factories.study(n_cases=2, n_raters=1)
cleo = people.lead("cleo")
study_open(study=study, actor=cleo)
from django.conf import settings
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
from django.core import mail
mail.outbox = []
raters_invite(study=study, emails=["{EMAIL}"], site_url="http://site", actor=cleo)
import re
print(study.pk, re.search("/invitation/([^/\\s]+)", mail.outbox[0].body).group(1))
"""
NAMES = (
    *factories.SYSTEMS, factories.CLIP_CANARY, factories.PATIENT_CANARY, "zqxsource",
    "zqxperson", EMAIL, PASSWORD, "grounding-value",
)  # fmt: skip


def tried(browser: Browser, path: str, fields: dict[str, str] | None = None) -> int:
    """The status of a request that may be refused."""
    try:
        if fields is None:
            return int(browser.opener.open(browser.origin + path).status)
        return browser.post(path, fields)
    except urllib.error.HTTPError as error:
        return error.code


def session(origin: str, token: str) -> list[int]:
    """From the invitation to a submitted cell, with what goes wrong in between."""
    browser = Browser(origin)
    statuses = [tried(browser, f"/invitation/{token}x/")]
    browser.get(f"/invitation/{token}/")
    statuses.append(tried(browser, f"/invitation/{token}/", {"password": PASSWORD}))
    stranger = Browser(origin)
    stranger.get("/login/")
    wrong = {"username": EMAIL, "password": "wrong"}
    statuses.append(tried(stranger, "/login/", wrong))
    page = browser.get("/cases/")
    found = re.search(r'href="(/cases/[0-9a-f-]{36}/)"', page)
    assert found, page
    case = found.group(1)
    page = browser.get(case)
    film = re.search(r'(/cases/[0-9a-f-]{36}/film/[^"]+)"', page)
    assert film
    statuses.append(tried(browser, film.group(1)))
    statuses.append(tried(browser, film.group(1)[:-3] + "xxx"))
    cell = {"A-grounding-value": "4", "A-grounding-version": "0"}
    statuses.append(tried(browser, f"{case}cells/A/grounding/", cell))
    statuses.append(tried(browser, f"{case}cells/A/nonsense/", cell))
    statuses.append(tried(browser, "/studies/"))
    statuses.append(tried(browser, f"/nowhere/{factories.CLIP_CANARY}/"))
    return statuses


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.slow
def test_a_raters_session_leaves_ids_and_views_and_no_person(tmp_path: Path) -> None:
    site = site_environment(tmp_path) | {"LOG_FORMAT": "json"}
    manage(site, "migrate", "-v0")
    study, token = manage(site, "shell", "-v0", "-c", SETUP).splitlines()[-1].split()
    log = tmp_path / "log"
    server = web_server(site, workers=1, log=log)
    server.start()
    try:
        statuses = session(f"http://127.0.0.1:{server.port}", token)
    finally:
        server.end()
    assert statuses[-4:] == [200, 400, 403, 404]
    text = log.read_text()
    assert [name for name in (*NAMES, token) if name in text] == []
    assert "127.0.0.1" not in text.replace(f"127.0.0.1:{server.port}", "")
    requests = [line for line in lines_of(log) if line["message"] == "request"]
    assert len({line["request_id"] for line in requests}) == len(requests) >= 14
    assert {"invitation", "account_login", "case", "case_film", "cell_save"} <= {
        line["view"] for line in requests
    }
    of_a_case = [line for line in requests if line["view"] in ("case", "cell_save")]
    assert {line["study_id"] for line in of_a_case} == {study}


def written(record: logging.LogRecord) -> str:
    for one in (Context(), Discreet()):
        one.filter(record)
    return Line().format(record)


def record(name: str, message: str, **more: Any) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": name, "levelname": "ERROR", "msg": message, **more}
    )


def test_an_exceptions_words_stay_out_and_its_place_stays_in() -> None:
    try:
        raise ValueError("clip 'zqxclip001' of eva@example.org")
    except ValueError:
        text = written(record("site", "it broke", exc_info=sys.exc_info()))
    assert "zqxclip" not in text
    assert "eva@" not in text
    assert "ValueError" in text
    assert "test_logs.py" in text


def test_the_result_of_a_failed_task_stays_out() -> None:
    text = written(
        record("django-q", "Failed 'tasks.clip_prepare' (two-dogs) - zqxclip001\nat")
    )
    assert json.loads(text)["message"] == "Failed 'tasks.clip_prepare' (two-dogs)"


def test_a_line_within_a_request_has_its_id() -> None:
    token = REQUEST_ID.set("abc-123")
    try:
        assert json.loads(written(record("site", "hello")))["request_id"] == "abc-123"
    finally:
        REQUEST_ID.reset(token)
