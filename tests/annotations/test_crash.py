"""A killed web server loses no acknowledged cell: another one shows it again."""

from __future__ import annotations

import re
import threading
import urllib.parse
import urllib.request
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.processes import manage, serving, site_environment
from tests.waiting import wait_until

SETUP = """
from annotations.services import rater_seat, study_open
from tests import factories, people
study = factories.study(n_cases=2, n_raters=1)
cleo = people.lead("cleo")
study_open(study=study, actor=cleo)
rater_seat(study=study, rater=people.rater("ada"))
from annotations.models import Assignment
print(Assignment.objects.order_by("position").first().pk)
"""

COUNT = """
from annotations.models import Event, Rating, Study
from annotations.services import study_verify
print(
    Rating.objects.filter(value__isnull=False, version=1).count(),
    Event.objects.filter(kind="rating_saved").count(),
    "; ".join(study_verify(Study.objects.get()).breaks) or "holds",
)
"""
CRITERIA = ("grounding", "explainability", "usefulness", "consistency")
CELLS = [f"{letter}-{criterion}" for criterion in CRITERIA for letter in "ABC"]


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    return site_environment(tmp_path)


def server(site: dict[str, str]) -> AbstractContextManager[str]:
    """The production server on a free port, killed without warning at the end."""
    return serving(site, workers=1, threads=1, killed=True)


class Browser:
    """Cookies, the CSRF token of the last page, and forms."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.token = ""

    def get(self, path: str) -> str:
        page = self.opener.open(self.origin + path).read().decode()
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page):
            self.token = found.group(1)
        return page

    def post(self, path: str, fields: dict[str, str]) -> int:
        data = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": self.token})
        request = urllib.request.Request(
            self.origin + path, data.encode(), {"Referer": self.origin}
        )
        return int(self.opener.open(request).status)

    def log_in(self) -> None:
        self.get("/login/")
        self.post("/login/", {"username": "ada", "password": "walking-slowly-42"})


def chosen(page: str, name: str) -> set[str]:
    """Values of the checked radios of one cell."""
    inputs = re.findall(r"<input[^>]*>", page)
    return {
        match.group(1)
        for tag in inputs
        if f'name="{name}"' in tag and re.search(r"\bchecked\b", tag)
        if (match := re.search(r'value="(\d)"', tag))
    }


@pytest.mark.slow
def test_a_cell_saved_before_the_server_was_killed_is_still_there(
    site: dict[str, str],
) -> None:
    manage(site, "migrate", "-v0")
    case = manage(site, "shell", "-v0", "-c", SETUP).splitlines()[-1]
    path = f"/cases/{case}/"
    with server(site) as origin:
        browser = Browser(origin)
        browser.log_in()
        page = browser.get(path)
        assert chosen(page, "A-grounding-value") == set()
        fields = {"A-grounding-value": "4", "A-grounding-version": "0"}
        saved = browser.post(f"{path}cells/A/grounding/", fields)
        assert saved == 200
    with server(site) as origin:
        browser = Browser(origin)
        browser.log_in()
        assert chosen(browser.get(path), "A-grounding-value") == {"4"}


def save(browser: Browser, case: str, cell: str, value: int) -> bool:
    """Whether the cell was acknowledged; a server that is gone acknowledges nothing."""
    letter, criterion = cell.split("-", 1)
    fields = {f"{cell}-value": str(value), f"{cell}-version": "0"}
    try:
        return browser.post(f"/cases/{case}/cells/{letter}/{criterion}/", fields) == 200
    except OSError:
        return False


@dataclass
class Load:
    """Two windows of one rater that save every cell of a case; what was acknowledged."""

    case: str
    acknowledged: dict[str, int] = field(default_factory=dict)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, origin: str, enough: int) -> None:
        """Return once so many cells are acknowledged, while more are being saved."""
        self.threads = [
            threading.Thread(target=self._window, args=(origin, CELLS[at::2]))
            for at in (0, 1)
        ]
        for thread in self.threads:
            thread.start()
        wait_until(lambda: len(self.acknowledged) >= enough, "no cell is acknowledged")

    def _window(self, origin: str, cells: list[str]) -> None:
        browser = Browser(origin)
        browser.log_in()
        browser.get(f"/cases/{self.case}/")
        for turn, cell in enumerate(cells):
            if save(browser, self.case, cell, 1 + turn % 5):
                self.acknowledged[cell] = 1 + turn % 5

    def end(self, enough: int) -> None:
        for thread in self.threads:
            thread.join()
        assert len(self.acknowledged) >= enough

    def check_shown(self, origin: str) -> tuple[Browser, list[str]]:
        """Everything acknowledged is on the page of a new window; what is still empty."""
        browser = Browser(origin)
        browser.log_in()
        page = browser.get(f"/cases/{self.case}/")
        for cell, value in self.acknowledged.items():
            assert chosen(page, f"{cell}-value") == {str(value)}, cell
        return browser, [cell for cell in CELLS if not chosen(page, f"{cell}-value")]

    def check_stored(self, site: dict[str, str]) -> None:
        """No cell is doubled, every cell is logged, and the chain holds."""
        counted = manage(site, "shell", "-v0", "-c", COUNT).splitlines()[-1]
        stored, logged = map(int, counted.split()[:2])
        assert stored == logged >= len(self.acknowledged)
        assert counted.endswith("holds")


@pytest.mark.slow
def test_a_server_killed_under_load_keeps_every_acknowledged_cell(
    site: dict[str, str],
) -> None:
    """Two windows save cell after cell; the server is killed somewhere between."""
    manage(site, "migrate", "-v0")
    load = Load(manage(site, "shell", "-v0", "-c", SETUP).splitlines()[-1])
    with server(site) as origin:
        load.start(origin, enough=5)
    load.end(enough=5)
    with server(site) as origin:
        load.check_shown(origin)
    load.check_stored(site)
