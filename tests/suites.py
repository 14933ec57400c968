"""Run every suite that this machine can, and name each one it cannot, with the reason.

``python -m tests.suites [--require browser,postgres,services,cohort]``

| suite | runs where |
| --- | --- |
| main | always: Python alone, SQLite |
| browser | Chromium is installed |
| postgres | ``POSTGRES_URL`` names a server; the study's and the queue's tests run on it |
| services | ``REDIS_TEST_URL`` too, nginx and prometheus: production's processes |
| operations | root, with PostgreSQL's and Redis's programs: servers are stopped |
| cohort | ``BIOGAIT_COHORT`` names a folder of real walks |
| gpu | torch finds a CUDA device |

A required suite that cannot run is a failure. The parts of the main suite, postgres,
cohort and those operations that kill no server (backups, schemas, a large site, the
demo without a network) run two at a time; a suite that depends on timing or kills
servers runs alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain

from tests.servers import missing_programs

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DATABASE_TESTS = (
    "tests/annotations",
    "tests/gaitmodel/services",
    "tests/gaitmodel/views",
    "--ignore=tests/annotations/core",  # needs no database
)
MAIN = {
    "main: model": ("tests/gaitmodel", "--ignore=tests/gaitmodel/core"),
    "main: site and whole": (
        "tests",
        "--ignore=tests/annotations",
        "--ignore=tests/gaitmodel",
    ),
    "main: study": ("tests/annotations", "--ignore=tests/annotations/core"),
    "main: model core": ("tests/gaitmodel/core",),
    "main: study core": ("tests/annotations/core",),
}
SIDE_BY_SIDE = {
    "operations: old data": (
        "tests/evalsite/recovery",
        "tests/evalsite/test_schemas.py",
    ),
    "operations: large and cut off": (
        "tests/benchmarks/test_scale.py",
        "tests/no_network",
    ),
}
PLAIN = "not browser and not cohort and not gpu and not operations and not services"


def missing_services() -> str:
    """What production's processes lack on this machine."""
    if not (os.environ.get("POSTGRES_URL") and os.environ.get("REDIS_TEST_URL")):
        return "POSTGRES_URL and REDIS_TEST_URL do not name both servers"
    lacking = [name for name in ("nginx", "prometheus") if not shutil.which(name)]
    return f"no {lacking[0]} was found" if lacking else ""


def missing() -> dict[str, str]:
    """Suites that cannot run here, each with the reason."""
    found: dict[str, str] = {}
    if not any(shutil.which(name) for name in CHROMIUM):
        found["browser"] = "no Chromium was found"
    if not os.environ.get("POSTGRES_URL"):
        found["postgres"] = "POSTGRES_URL names no PostgreSQL server"
    if lacks := missing_services():
        found["services"] = lacks
    if lacking := missing_programs():
        found["operations"] = f"there is no {lacking[0]}"
    elif os.geteuid() != 0:
        found["operations"] = "only root may mount a small disk"
    if not os.environ.get("BIOGAIT_COHORT"):
        found["cohort"] = "BIOGAIT_COHORT names no folder of real walks"
    if lacking := missing_device():
        found["gpu"] = lacking
    return found


def missing_device() -> str:
    """What the GPU suite lacks here; torch is imported in a separate process."""
    if not shutil.which("nvidia-smi"):
        return "no CUDA device was found"
    asked = "import sys, torch; sys.exit(not torch.cuda.is_available())"
    answer = subprocess.run([sys.executable, "-c", asked], check=False)
    return (
        "torch finds no CUDA device (is it the CPU build?)" if answer.returncode else ""
    )


@dataclass(frozen=True)
class Suite:
    """pytest's arguments, additions to its environment, and whether it runs alone."""

    arguments: tuple[str, ...]
    added: Mapping[str, str] = field(default_factory=dict)
    is_alone: bool = False


def suites(absent: Mapping[str, str]) -> dict[str, Suite]:
    """The suites that can run here."""
    found = {name: Suite(("-m", PLAIN, *part)) for name, part in MAIN.items()}
    if "postgres" not in absent:
        url = os.environ["POSTGRES_URL"]
        found["postgres"] = Suite(("-m", PLAIN, *DATABASE_TESTS), {"DATABASE_URL": url})
    if "cohort" not in absent:
        found["cohort"] = Suite(("-m", "cohort"))
    if "operations" not in absent:
        for name, part in SIDE_BY_SIDE.items():
            found[name] = Suite(("-m", "operations", *part))
    elsewhere = chain.from_iterable(SIDE_BY_SIDE.values())
    alone = {
        "browser": ((), {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"}),
        "services": ((), {}),
        "operations": (tuple(f"--ignore={place}" for place in elsewhere), {}),
        "gpu": ((), {}),
    }
    for name, (left_out, added) in alone.items():
        if name not in absent:
            found[name] = Suite(("-m", name, *left_out), added, is_alone=True)
    return found


def has_passed(named: tuple[str, Suite]) -> bool:
    """Run a suite, prefixing each line of its output with its name."""
    name, suite = named
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *suite.arguments],
        env=os.environ | suite.added,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            sys.stdout.write(f"{name} | {line}")
            sys.stdout.flush()
    return process.returncode == 0


def failing(chosen: Mapping[str, Suite]) -> list[str]:
    """Run all, those that run alone last; return the names of those that fail."""
    together = [one for one in chosen.items() if not one[1].is_alone]
    alone = [one for one in chosen.items() if one[1].is_alone]
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        fine = [*pool.map(has_passed, together)]
    fine += map(has_passed, alone)
    named = zip([*together, *alone], fine, strict=True)
    return sorted(name for (name, _), is_fine in named if not is_fine)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--require", default="", metavar="SUITE,SUITE")
    required = set(filter(None, parser.parse_args().require.split(",")))
    absent = missing()
    failed = sorted(required & absent.keys()) + failing(suites(absent))
    sys.stdout.write("\n")
    for name, reason in absent.items():
        sys.stdout.write(f"The {name} suite did not run: {reason}.\n")
    sys.stdout.write(f"Failed: {', '.join(failed)}\n" if failed else "All green.\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
