"""Fifty raters at once, whole cases over HTTP, against the production server command.

``python -m benchmarks.web [--raters 50] [--cases 2] [--database URL]``

1. A separate study is made in a separate data folder (SQLite, or the PostgreSQL
   database that ``--database`` names, which must be empty: its tables are dropped).
2. gunicorn serves it as in production. Each rater signs in, opens each case, saves
   every cell, the choice and a comment, reviews and submits, with a pause for thought
   between answers.
3. Prints requests per second, median and 95th percentile per kind of request, errors,
   and cells acknowledged against cells in the database; then the server time of a case
   page and of a cell in one process, with the number of SQL queries.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.web_load import Load, drive
from tests.processes import serving, site_environment

ROOT = Path(__file__).parent.parent


def in_process(site: dict[str, str], *arguments: str) -> dict[str, object]:
    """The last line that ``benchmarks.web_study`` prints, parsed."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.web_study", *arguments],
        cwd=ROOT, env=site, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def report(load: Load, counted: dict[str, object]) -> bool:
    """Print the table; return whether the limits are met."""
    print(f"{load.n_requests} requests in {load.seconds:.1f} s, {load.errors} errors")
    for kind, (n, median, p95) in load.kinds().items():
        print(f"  {kind:<8} n {n:>6}  median {median:7.1f} ms  p95 {p95:7.1f} ms")
    p95 = load.p95()
    print(f"  all      p95 {p95:.1f} ms (limit 250)")
    print(f"cells acknowledged {load.cells}, stored {counted['cells']}, "
          f"logged {counted['logged']}; log {counted['log']}")  # fmt: skip
    stored = counted["cells"] == load.cells == counted["logged"]
    return p95 < 250 and not load.errors and stored and counted["log"] == "holds"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raters", type=int, default=50)
    parser.add_argument("--cases", type=int, default=2, help="cases each")
    parser.add_argument("--pause", type=float, default=2.0, help="seconds, mean")
    parser.add_argument("--database", default="", help="an empty PostgreSQL database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = site_environment(Path(folder), given.database)
        in_process(site, "make", str(given.raters), str(given.cases))
        with serving(site) as origin:
            load = drive(origin, given.raters, given.pause)
        holds = report(load, in_process(site, "count"))
        for name, limit in (("page", 40), ("cell", 10)):
            measured = in_process(site, "time", name)
            print(f"server time of a {name}: median {measured['median_ms']:.1f} ms "
                  f"(limit {limit}), {measured['queries']} queries")  # fmt: skip
        return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
