"""The processes of production without containers: nginx, gunicorn, workers, servers.

They are started as ``deploy/`` starts them and driven over HTTPS.
"""

from __future__ import annotations

import json
import re

import pytest
import requests

from tests.people import PASSWORD
from tests.processes import manage
from tests.services.production import Site

pytestmark = pytest.mark.services


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def test_a_rater_works_through_the_front_server_and_a_worker_does_a_run(
    site: Site,
) -> None:
    manage(site.environment, "check", "--deploy", "--fail-level", "WARNING")
    ada = site.visitor()
    moved = ada.get(f"{site.plain}/login/", allow_redirects=False)
    assert moved.status_code == 301
    assert moved.headers["Location"].startswith("https://")

    page = ada.get(f"{site.origin}/login/")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    fields = {
        "username": "ada",
        "password": PASSWORD,
        "csrfmiddlewaretoken": token_of(page.text),
    }
    ada.post(f"{site.origin}/login/", fields).raise_for_status()
    assert all(cookie.secure for cookie in ada.cookies)

    case = f"{site.origin}/cases/{site.case}/"
    shown = ada.get(case).text
    saved = ada.post(
        f"{case}cells/A/grounding/",
        {
            "A-grounding-value": "4",
            "A-grounding-version": "0",
            "csrfmiddlewaretoken": token_of(shown),
        },
    )
    assert saved.status_code == 200
    assert re.search(
        r'<input[^>]*A-grounding-value[^>]*value="4"[^>]*checked', ada.get(case).text
    )

    film_comes_in_ranges(site, ada, ada.get(f"{case}film/").json()["url"])
    probes_answer(site)
    said = manage(
        site.environment,
        "try_worker",
        "--steps",
        "2",
        "--seconds",
        "0.1",
        "--wait",
        "90",
    )
    assert "1 done by" in said
    logs_are_lines_about_nobody(site)


def film_comes_in_ranges(site: Site, ada: requests.Session, path: str) -> None:
    """nginx sends the bytes after the site has said that Ada may see them."""
    whole = ada.get(site.origin + path)
    assert whole.status_code == 200
    assert whole.headers["Content-Type"] == "video/mp4"
    part = ada.get(site.origin + path, headers={"Range": "bytes=10-99"})
    assert part.status_code == 206
    assert part.content == whole.content[10:100]
    assert part.headers["Content-Range"] == f"bytes 10-99/{len(whole.content)}"
    assert "ETag" not in part.headers
    assert "Last-Modified" not in part.headers
    assert "private" in part.headers["Cache-Control"]
    inside = ada.get(f"{site.origin}/_films/")
    assert inside.status_code == 404
    assert (
        site.visitor().get(site.origin + path).url.startswith(f"{site.origin}/login/")
    )


def probes_answer(site: Site) -> None:
    machine = site.visitor()
    assert machine.get(f"{site.origin}/healthz").text == "ok\n"
    ready = machine.get(f"{site.origin}/readyz")
    assert (ready.status_code, set(ready.json().values())) == (200, {"ok"})
    assert machine.get(f"{site.origin}/metrics").status_code == 404
    bearer = {"Authorization": f"Bearer {site.token}"}
    metrics = machine.get(f"{site.origin}/metrics", headers=bearer).text
    count = re.search(
        r'biogait_request_seconds_count\{method="POST",status="2xx",view="cell_save"\} (\S+)',
        metrics,
    )
    assert count, metrics
    assert float(count.group(1)) == 1  # gathered over both of gunicorn's processes


def logs_are_lines_about_nobody(site: Site) -> None:
    for name in ("web.log", "worker.log", "gpu.log", "access.log"):
        text = (site.folder / name).read_text()
        lines = [json.loads(line) for line in text.splitlines()]
        assert lines, name
        assert "zqx" not in text
        assert "/cases/" not in text
    ids = {
        json.loads(line)["request_id"] for line in (site.folder / "access.log").open()
    }
    web = {
        line["request_id"]
        for line in map(json.loads, (site.folder / "web.log").open())
        if line["message"] == "request"
    }
    assert web <= ids, "the site's lines carry the front server's ids"
