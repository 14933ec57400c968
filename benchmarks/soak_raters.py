"""The raters of the soak: whole cases with films in ranges, sent until acknowledged.

An unacknowledged answer is resent with the same key, as the page's script does, however
long it takes; each interruption is recorded with its time.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles

from benchmarks.web_browser import CASE, WebBrowser, cells_of, closing_forms
from benchmarks.web_study import PASSWORD, rater_name

FILM = re.compile(r'"(/cases/[0-9a-f-]{36}/film/[^"]+)"')
BUSY = "<title>Too many attempts</title>"
RETRY_S, TIMEOUT_S = 1.0, 30.0


@dataclass
class Interruption:
    """A request that was not answered, or answered with a server error."""

    at: float
    kind: str
    what: str


@dataclass
class Soak:
    """What all raters observed; times in milliseconds, moments by monotonic clock."""

    until: float
    pause: float
    # By kind of request: when it was answered, and how long it took.
    times: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
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

    def p95(self, is_meant: Callable[[float], bool] = lambda moment: True) -> float:
        """The 95th percentile over requests after sign-in answered at such moments."""
        return quantiles(
            [
                spent
                for kind, answered in self.times.items()
                for moment, spent in answered
                if kind != "sign in" and is_meant(moment)
            ],
            n=20,
        )[18]


class Person(WebBrowser):
    """One rater's browser, which retries patiently."""

    def __init__(self, port: int, soak: Soak) -> None:
        super().__init__(f"127.0.0.1:{port}", TIMEOUT_S)
        self.soak = soak

    def ask(
        self,
        kind: str,
        path: str,
        fields: dict[str, str] | None = None,
        *,
        span: str = "",
        fine: tuple[int, ...] = (200,),
    ) -> str:
        """Repeat until answered; a refusal (4xx) is recorded and is an answer."""
        while True:
            begun = time.perf_counter()
            try:
                answer = self.send(path, fields, span)
            except (OSError, http.client.HTTPException) as error:
                self._interrupted(kind, type(error).__name__)
                continue
            if answer.status >= 500:
                self._interrupted(kind, str(answer.status))
                continue
            answered = time.monotonic(), 1000 * (time.perf_counter() - begun)
            with self.soak.lock:
                self.soak.times[kind].append(answered)
            if answer.to:
                return self.ask("page", answer.to)
            if answer.status not in fine:
                with self.soak.lock:
                    self.soak.refused.append(
                        f"{kind} {answer.status} {answer.text[:200]!r}"
                    )
            return answer.text

    def _interrupted(self, kind: str, what: str) -> None:
        with self.soak.lock:
            self.soak.interruptions.append(Interruption(time.monotonic(), kind, what))
        time.sleep(RETRY_S)


def sit(port: int, number: int, soak: Soak, ramp_s: float) -> None:
    """One rater's session: sign in, then case after case until time is up."""
    chance = random.Random(number)
    time.sleep(chance.uniform(0, ramp_s))
    person = Person(port, soak)
    person.ask("page", "/login/")
    account = {"username": rater_name(number), "password": PASSWORD}
    # Many sign-ins from one address in a second: the rate limit's lock may time out.
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
    for cell in cells_of(page, path, chance):
        time.sleep(chance.expovariate(1 / soak.pause))
        person.ask("cell", cell.path, cell.fields)
        with soak.lock:
            soak.acknowledged[f"{path.split('/')[2]} {cell.name}"] = cell.value
        if soak.is_over:
            return
    for kind, address, fields in closing_forms(path, chance):
        fine = (200, 409) if kind == "submit" else (200,)
        person.ask(kind, address, fields, fine=fine)
