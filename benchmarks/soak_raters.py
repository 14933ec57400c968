"""The raters of the soak: whole cases with films in ranges, sent until acknowledged.

An answer that was not acknowledged is sent again with the same key, as the page's
script does, however long it takes; each interruption is noted with its time.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
import urllib.parse
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import quantiles

from benchmarks.web_load import CASE, CELL, TOKEN
from benchmarks.web_study import PASSWORD, rater_name

FILM = re.compile(r'"(/cases/[0-9a-f-]{36}/film/[^"]+)"')
BUSY = "<title>Too many tries</title>"
RETRY_S, TIMEOUT_S = 1.0, 30.0


@dataclass
class Interruption:
    """A request that was not answered, or with a fault of the server's."""

    at: float
    kind: str
    what: str


@dataclass
class Soak:
    """What all raters saw together; times in milliseconds, moments monotonic."""

    until: float
    pause: float
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    interruptions: list[Interruption] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=dict)
    finished: int = 0
    asked_to_wait: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.until

    @property
    def n_requests(self) -> int:
        return sum(map(len, self.times.values()))

    def p95(self) -> float:
        """Over every acknowledged request after signing in."""
        rest = [t for kind, ts in self.times.items() if kind != "sign in" for t in ts]
        return quantiles(rest, n=20)[18]


class Person:
    """One rater's browser: a kept connection, cookies, a form token, patience."""

    def __init__(self, port: int, soak: Soak) -> None:
        self.port, self.soak = port, soak
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.connection = self._connected()
        self.is_kept = False  # whether the connection has carried a request before

    def _connected(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)

    def ask(
        self,
        kind: str,
        path: str,
        fields: dict[str, str] | None = None,
        *,
        span: str = "",
        fine: tuple[int, ...] = (200,),
    ) -> str:
        """Until it is answered; a refusal (4xx) is noted and is an answer."""
        while True:
            begun = time.perf_counter()
            try:
                status, text, to = self._once(path, fields, span)
            except (OSError, http.client.HTTPException) as error:
                was_kept, self.is_kept = self.is_kept, False
                self.connection.close()
                self.connection = self._connected()
                if not (was_kept and isinstance(error, ConnectionError)):
                    self._interrupted(kind, type(error).__name__)
                continue  # an idle connection that the server closed is no fault
            self.is_kept = True
            if status >= 500:
                self._interrupted(kind, str(status))
                continue
            with self.soak.lock:
                self.soak.times[kind].append(1000 * (time.perf_counter() - begun))
            if status in (301, 302):
                return self.ask("page", to)
            if status not in fine:
                with self.soak.lock:
                    self.soak.refused.append(f"{kind} {status} {text[:200]!r}")
            return text

    def _interrupted(self, kind: str, what: str) -> None:
        with self.soak.lock:
            self.soak.interruptions.append(Interruption(time.monotonic(), kind, what))
        time.sleep(RETRY_S)

    def _once(
        self, path: str, fields: dict[str, str] | None, span: str
    ) -> tuple[int, str, str]:
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Referer": f"http://127.0.0.1:{self.port}/",
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
        return response.status, text, response.getheader("Location") or ""


def sit(port: int, number: int, soak: Soak, ramp_s: float) -> None:
    """One rater's session: sign in, then case after case until the time is over."""
    chance = random.Random(number)
    time.sleep(chance.uniform(0, ramp_s))
    person = Person(port, soak)
    person.ask("page", "/login/")
    account = {"username": rater_name(number), "password": PASSWORD}
    # Many at one address in one second: the rate limit's own lock may run out of time.
    while BUSY in person.ask("sign in", "/login/", account, fine=(200, 429)):
        with soak.lock:
            soak.asked_to_wait += 1
        time.sleep(10 * RETRY_S)
        person.ask("page", "/login/")
    desk = person.ask("page", "/cases/")
    for path in dict.fromkeys(CASE.findall(desk)):
        if soak.is_over:
            break
        _rate(person, path, chance)
    with soak.lock:
        soak.finished += 1


def _rate(person: Person, path: str, chance: random.Random) -> None:
    """Page, film in ranges, every cell, choice, comment, review, submission."""
    soak = person.soak
    page = person.ask("case", path)
    for film in FILM.findall(page)[:1]:
        for span in ("bytes=0-1023", "bytes=1024-2047", "bytes=-512"):
            person.ask("film", film, span=span, fine=(200, 206))
    for letter, criterion in CELL.findall(page):
        time.sleep(chance.expovariate(1 / soak.pause))
        name, value = f"{letter}-{criterion}", chance.randint(1, 5)
        fields = {
            f"{name}-value": str(value),
            f"{name}-version": "0",
            f"{name}-key": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        }
        person.ask("cell", f"{path}cells/{letter}/{criterion}/", fields)
        with soak.lock:
            soak.acknowledged[f"{path.split('/')[2]} {name}"] = value
        if soak.is_over:
            return
    picks = {"choice-best": "A", "choice-second": "B", "choice-version": "0",
             "choice-key": str(uuid.UUID(int=chance.getrandbits(128), version=4))}  # fmt: skip
    person.ask("choice", f"{path}choice/", picks)
    words = {"comment-text": "clear", "comment-version": "0",
             "comment-key": str(uuid.UUID(int=chance.getrandbits(128), version=4))}  # fmt: skip
    person.ask("comment", f"{path}comment/", words)
    person.ask("page", f"{path}review/")
    person.ask("submit", f"{path}review/", {}, fine=(200, 409))
