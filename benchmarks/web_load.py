"""The raters of the load test: threads that sign in, wait for the others, and score."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import median, quantiles

from benchmarks.web_browser import CASE, WebBrowser, cells_of, closing_forms
from benchmarks.web_study import PASSWORD, rater_name

SIGN_IN_S, RAMP_S, TIMEOUT_S = 20.0, 5.0, 60.0


@dataclass
class Load:
    """What all raters observed; times in milliseconds."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: int = 0
    cells: int = 0
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def n_requests(self) -> int:
        return sum(len(times) for times in self.times.values())

    def start(self) -> None:
        """Discard everything from before all had signed in, except the errors."""
        with self.lock:
            self.times = defaultdict(list, {"sign in": self.times["sign in"]})

    def kinds(self) -> dict[str, tuple[int, float, float]]:
        """Requests, median and 95th percentile of each kind."""
        return {
            kind: (len(times), median(times), quantiles(times, n=20)[18])
            for kind, times in sorted(self.times.items())
            if len(times) > 1
        }

    def p95(self) -> float:
        """Over every request after sign-in (whose cost is the password hash)."""
        rest = [
            t for kind, times in self.times.items() if kind != "sign in" for t in times
        ]
        return quantiles(rest, n=20)[18]


class Visitor(WebBrowser):
    """A browser whose requests are timed, and whose failures are counted."""

    def __init__(self, origin: str, load: Load) -> None:
        super().__init__(origin.removeprefix("http://"), TIMEOUT_S)
        self.load = load

    def ask(self, kind: str, path: str, fields: dict[str, str] | None = None) -> str:
        """One request, timed; redirects are followed as pages of their own."""
        begun = time.perf_counter()
        answer = self.send(path, fields)
        spent = 1000 * (time.perf_counter() - begun)
        with self.load.lock:
            self.load.times[kind].append(spent)
            self.load.errors += answer.status >= 400
            self.load.cells += kind == "cell" and answer.status == 200
        return self.ask("page", answer.to) if answer.to else answer.text


def _rate(visitor: Visitor, path: str, chance: random.Random, pause: float) -> None:
    """One whole case, as the page's scripts would send it."""
    for cell in cells_of(visitor.ask("case", path), path, chance):
        time.sleep(chance.expovariate(1 / pause))
        visitor.ask("cell", cell.path, cell.fields)
    for kind, address, fields in closing_forms(path, chance):
        visitor.ask(kind, address, fields)


def _sit(
    origin: str, number: int, load: Load, pause: float, begin: threading.Barrier
) -> None:
    """Sign in (staggered), wait for the others, then score."""
    chance = random.Random(number)
    time.sleep(chance.uniform(0, SIGN_IN_S))
    visitor = Visitor(origin, load)
    try:
        visitor.ask("page", "/login/")
        account = {"username": rater_name(number), "password": PASSWORD}
        visitor.ask("sign in", "/login/", account)
        begin.wait()
        time.sleep(chance.uniform(0, RAMP_S))
        cases = dict.fromkeys(CASE.findall(visitor.ask("page", "/cases/")))
        for path in cases:
            _rate(visitor, path, chance, pause)
    except (OSError, http.client.HTTPException):
        begin.abort()
        with load.lock:
            load.errors += 1


def drive(origin: str, raters: int, pause: float) -> Load:
    """Let all raters score all their cases; returns when the last is done."""
    load = Load()
    begin = threading.Barrier(raters + 1)
    threads = [
        threading.Thread(target=_sit, args=(origin, number, load, pause, begin))
        for number in range(raters)
    ]
    for thread in threads:
        thread.start()
    begin.wait()
    load.start()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - begun
    return load
