"""A rater's headless browser: a persistent connection, cookies, the last form token.

The load test and the soak both rate with it; each handles faults in its own way.
"""

from __future__ import annotations

import http.client
import random
import re
import urllib.parse
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

CELL = re.compile(r'data-cell="([A-F])-([a-z]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CASE = re.compile(r'href="(/cases/[0-9a-f-]{36}/)"')


@dataclass(frozen=True)
class Answer:
    """The server's response; ``to`` is its redirect target, or empty."""

    status: int
    text: str
    to: str


class WebBrowser:
    """One person's connection to the site at ``host`` (``name:port``)."""

    def __init__(self, host: str, timeout_s: float) -> None:
        self.host, self.timeout_s = host, timeout_s
        self.cookies: dict[str, str] = {}
        self.token = ""
        self._connect()

    def _connect(self) -> None:
        self.connection = http.client.HTTPConnection(self.host, timeout=self.timeout_s)
        self.is_kept = False  # whether the connection has carried a request before

    def send(
        self, path: str, fields: dict[str, str] | None = None, span: str = ""
    ) -> Answer:
        """A page, or a form where there are ``fields``; ``span`` is a Range header.

        An idle connection closed by the server is no fault: it is reopened once. Any
        other failure raises OSError or HTTPException.
        """
        try:
            answer = self._once(path, fields, span)
        except (OSError, http.client.HTTPException) as error:
            was_kept = self.is_kept
            self.connection.close()
            self._connect()
            if not (was_kept and isinstance(error, ConnectionError)):
                raise
            answer = self._once(path, fields, span)
        self.is_kept = True
        return answer

    def _once(self, path: str, fields: dict[str, str] | None, span: str) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Referer": f"http://{self.host}/",
        }
        if span:
            headers["Range"] = span
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": self.token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode(errors="replace")
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if found := TOKEN.search(text):
            self.token = found.group(1)
        return Answer(response.status, text, response.getheader("Location") or "")


@dataclass(frozen=True)
class CellGiven:
    """One Likert cell to be saved: where, its form, and its name and value."""

    path: str
    fields: dict[str, str]
    name: str
    value: int


def cells_of(page: str, path: str, chance: random.Random) -> Iterator[CellGiven]:
    """Every cell of a case's page with a value drawn for it."""
    for letter, criterion in CELL.findall(page):
        name, value = f"{letter}-{criterion}", chance.randint(1, 5)
        fields = {
            f"{name}-value": str(value),
            f"{name}-version": "0",
            f"{name}-key": _key(chance),
        }
        yield CellGiven(f"{path}cells/{letter}/{criterion}/", fields, name, value)


def closing_forms(
    path: str, chance: random.Random
) -> Iterator[tuple[str, str, dict[str, str] | None]]:
    """What follows the cells of a case: kind, URL and form (None: a page)."""
    picks = {"choice-best": "A", "choice-second": "B"}
    for kind, given in (("choice", picks), ("comment", {"comment-text": "clear"})):
        fields = given | {f"{kind}-version": "0", f"{kind}-key": _key(chance)}
        yield kind, f"{path}{kind}/", fields
    yield "page", f"{path}review/", None
    yield "submit", f"{path}review/", {}


def _key(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))
