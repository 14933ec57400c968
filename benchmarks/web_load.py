"""The raters of the load: threads with cookies and forms, as a browser sends them."""

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
from statistics import median, quantiles

from benchmarks.web_study import PASSWORD, rater_name

CELL = re.compile(r'data-cell="([A-F])-([a-z]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CASE = re.compile(r'href="(/cases/[0-9a-f-]{36}/)"')
SIGN_IN_S, RAMP_S = 20.0, 5.0


@dataclass
class Load:
    """What all raters saw together; times in milliseconds."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: int = 0
    cells: int = 0
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def n_requests(self) -> int:
        return sum(len(times) for times in self.times.values())

    def start(self) -> None:
        """Forget what came before everyone had signed in, but for the errors."""
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
        """Over every request after signing in, whose cost is the password hash's."""
        rest = [
            t for kind, times in self.times.items() if kind != "sign in" for t in times
        ]
        return quantiles(rest, n=20)[18]


class Visitor:
    """One kept connection with its cookies and its last form token."""

    def __init__(self, origin: str, load: Load) -> None:
        self.host = origin.removeprefix("http://")
        self.connection = http.client.HTTPConnection(self.host, timeout=60)
        self.load = load
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, kind: str, method: str, path: str, fields: dict[str, str]) -> str:
        """One request, timed; redirects are followed untimed."""
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Referer": f"http://{self.host}/",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": self.token})
        begun = time.perf_counter()
        response, text = self._exchange(method, path, body, headers)
        spent = 1000 * (time.perf_counter() - begun)
        with self.load.lock:
            self.load.times[kind].append(spent)
            self.load.errors += response.status >= 400
            self.load.cells += kind == "cell" and response.status == 200
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        if found := TOKEN.search(text):
            self.token = found.group(1)
        if response.status in (301, 302) and (to := response.getheader("Location")):
            return self.ask("page", "GET", to, {})
        return text

    def _exchange(
        self, method: str, path: str, body: str, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, str]:
        """Send once more on a new connection if the server had closed an idle one."""
        sent = body if method == "POST" else None
        try:
            self.connection.request(method, path, sent, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()
            self.connection.request(method, path, sent, headers)
            response = self.connection.getresponse()
        return response, response.read().decode(errors="replace")


def _rate(visitor: Visitor, path: str, chance: random.Random, pause: float) -> None:
    """One whole case as the page's scripts would send it."""
    page = visitor.ask("case", "GET", path, {})
    answers = [(letter, criterion) for letter, criterion in CELL.findall(page)]
    for letter, criterion in answers:
        time.sleep(chance.expovariate(1 / pause))
        name = f"{letter}-{criterion}"
        fields = {
            f"{name}-value": str(chance.randint(1, 5)),
            f"{name}-version": "0",
            f"{name}-key": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        }
        visitor.ask("cell", "POST", f"{path}cells/{letter}/{criterion}/", fields)
    picks = {"choice-best": "A", "choice-second": "B", "choice-version": "0"}
    visitor.ask("choice", "POST", f"{path}choice/", picks)
    words = {"comment-text": "clear", "comment-version": "0"}
    visitor.ask("comment", "POST", f"{path}comment/", words)
    visitor.ask("page", "GET", f"{path}review/", {})
    visitor.ask("submit", "POST", f"{path}review/", {})


def _sit(
    origin: str, number: int, load: Load, pause: float, begin: threading.Barrier
) -> None:
    """Sign in over a while, wait for the others, then score."""
    chance = random.Random(number)
    time.sleep(chance.uniform(0, SIGN_IN_S))
    visitor = Visitor(origin, load)
    try:
        visitor.ask("page", "GET", "/login/", {})
        account = {"username": rater_name(number), "password": PASSWORD}
        visitor.ask("sign in", "POST", "/login/", account)
        begin.wait()
        time.sleep(chance.uniform(0, RAMP_S))
        cases = dict.fromkeys(CASE.findall(visitor.ask("page", "GET", "/cases/", {})))
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
