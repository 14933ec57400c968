"""200 raters for 20 minutes with films in ranges, while every service is restarted.

``python -m benchmarks.soak [--raters 200] [--minutes 20] [--pause 8]``

PostgreSQL, Redis, web and worker run as in production, on their own ports and in their
own folders. Midway the web server is restarted and later killed, as are the worker,
Redis and PostgreSQL (SIGKILL). Requirements:

1. every acknowledged cell is stored once, with its value, and logged once,
2. no request fails outside the restarts and the 10 s after each,
3. nothing is wrongly refused,
4. memory is flat after the last restart, if observed for two minutes,
5. the chain and the seal verify, and the worker takes work again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.soak_raters import Soak, sit
from benchmarks.soak_services import Services
from tests.processes import ROOT

CELLS_A_CASE = 12
GROWTH_MB = 25.0
WORK = """
from django_q.tasks import async_task, result
print(result(async_task("math.sqrt", 16.0, cluster="gpu"), wait=30000))
"""


def in_site(site: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.splitlines()[-1]


def soaked(services: Services, soak: Soak, raters: int, seconds: float) -> None:
    """Let everyone rate, and disturb the services at even intervals midway."""
    port = services.web.port
    ramp = min(60.0, seconds / 6)
    threads = [
        threading.Thread(target=sit, args=(port, number, soak, ramp))
        for number in range(raters)
    ]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    names = list(services.trials())
    for turn, name in enumerate(names):
        at = begun + seconds * (0.25 + 0.4 * turn / (len(names) - 1))
        time.sleep(max(0.0, at - time.monotonic()))
        print(f"{time.monotonic() - begun:6.0f} s: {name}", flush=True)
        services.suffer(name)
    for thread in threads:
        thread.join()


def late(services: Services, soak: Soak) -> list[str]:
    """Faults that raters met while no service was being restarted."""
    return [
        f"{one.kind} {one.what}"
        for one in soak.interruptions
        if not services.is_out(one.at)
    ]


def judged(services: Services, soak: Soak, stored: dict[str, Any]) -> list[str]:
    """The requirements that are not met."""
    wrong = []
    cells = stored["cells"]
    lost = [c for c, v in soak.acknowledged.items() if cells.get(c) != v]
    if lost:
        wrong.append(f"{len(lost)} acknowledged cells are not stored as given")
    if not len(cells) == stored["logged"] == stored["first_versions"]:
        wrong.append(
            f"{len(cells)} cells, {stored['first_versions']} of version 1, "
            f"{stored['logged']} logged"
        )
    if faults := late(services, soak):
        most = Counter(faults).most_common(5)
        wrong.append(f"{len(faults)} faults outside the restarts: {most}")
    if soak.refused:
        wrong.append(f"{len(soak.refused)} refused: {soak.refused[:3]}")
    grown = services.grown_mb()
    if grown is not None and grown > GROWTH_MB:
        wrong.append(f"memory grew by {grown:.0f} MB (limit {GROWTH_MB:g})")
    if stored["breaks"]:
        wrong.append(f"the study does not verify: {stored['breaks'][:3]}")
    return wrong


def report(services: Services, soak: Soak, stored: dict[str, Any]) -> None:
    signed_in = max(moment for moment, _ in soak.times["sign in"])

    def is_calm(moment: float) -> bool:
        return moment > signed_in and not services.is_out(moment)

    print(f"{soak.n_requests} requests, p95 {soak.p95():.0f} ms; after everyone has "
          f"signed in and outside the restarts {soak.p95(is_calm):.0f} ms")  # fmt: skip
    for kind, answered in sorted(soak.times.items()):
        print(
            f"  {kind:<8} n {len(answered):>6}  "
            f"median {median(spent for _, spent in answered):7.1f} ms"
        )
    if soak.asked_to_wait:
        print(f"  {soak.asked_to_wait} asked to wait a minute before signing in")
    met = Counter(
        (out.name, one.kind, one.what)
        for one in soak.interruptions
        for out in services.outages
        if out.begun <= one.at <= out.ended
    )
    for (name, kind, what), n in sorted(met.items()):
        print(f"  {name}: {n} x {what} ({kind})")
    last = services.memory[-1][1] if services.memory else 0.0
    grown = services.grown_mb()
    told = f"grown by {grown:.1f} MB" if grown is not None else "watched too shortly"
    print(f"memory {last:.0f} MB at the end, {told} since the last restart")
    print(f"cells acknowledged {len(soak.acknowledged)}, stored {len(stored['cells'])}, "
          f"logged {stored['logged']}; {stored['events']} events")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raters", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--pause", type=float, default=8.0, help="seconds, mean")
    given = parser.parse_args()
    seconds = 60 * given.minutes
    cases = 2 + round(1.3 * seconds / (given.pause * CELLS_A_CASE))
    with tempfile.TemporaryDirectory() as folder:
        services = Services(Path(folder))
        try:
            study = "benchmarks.web_study"
            in_site(services.site, "-m", study, "make", str(given.raters), str(cases))
            services.start()
            soak = Soak(time.monotonic() + seconds, given.pause)
            soaked(services, soak, given.raters, seconds)
            answer = in_site(services.site, "manage.py", "shell", "-v0", "-c", WORK)
            services.end()
            stored = json.loads(in_site(services.site, "-m", study, "stored"))
            report(services, soak, stored)
            wrong = judged(services, soak, stored)
            if answer != "4.0":
                wrong.append(f"the worker gave {answer!r} for the root of 16")
        finally:
            services.destroy()
    for line in wrong:
        print(f"DOES NOT HOLD: {line}")
    print("all hold" if not wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
