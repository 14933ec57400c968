"""Run every suite that this machine can, and say in one line each which it cannot.

``python -m tests.suites [--require browser,postgres,services,cohort]``

| suite | runs where |
| --- | --- |
| main | always: Python alone, SQLite |
| browser | Chromium is installed |
| postgres | ``POSTGRES_URL`` names a server; the study's and the queue's tests run on it |
| services | ``REDIS_TEST_URL`` too, nginx and prometheus: production's processes |
| operations | root, with PostgreSQL's and Redis's programs: servers are stopped |
| cohort | ``BIOGAIT_COHORT`` names a folder of real walks |
| gpu | a CUDA device answers ``nvidia-smi`` |

A required suite that cannot run is a failure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys

from tests.servers import missing_programs

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DATABASE_TESTS = (
    "tests/annotations",
    "tests/gaitmodel/services",
    "tests/gaitmodel/views",
    "--ignore=tests/annotations/core",  # needs no database
)
PLAIN = "not browser and not cohort and not gpu and not operations and not services"


def missing_services() -> str:
    """What the processes of production lack here."""
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
    if not shutil.which("nvidia-smi"):
        found["gpu"] = "no CUDA device was found"
    return found


def commands(absent: dict[str, str]) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Arguments and added environment of each suite that can run."""
    suites: dict[str, tuple[list[str], dict[str, str]]] = {"main": (["-m", PLAIN], {})}
    if "browser" not in absent:
        suites["browser"] = (["-m", "browser"], {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"})
    if "postgres" not in absent:
        suites["postgres"] = (
            ["-m", PLAIN, *DATABASE_TESTS],
            {"DATABASE_URL": os.environ["POSTGRES_URL"]},
        )
    if "services" not in absent:
        suites["services"] = (["-m", "services"], {})
    if "operations" not in absent:
        suites["operations"] = (["-m", "operations"], {})
    if "cohort" not in absent:
        suites["cohort"] = (["-m", "cohort"], {})
    if "gpu" not in absent:
        suites["gpu"] = (["-m", "gpu"], {})
    return suites


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--require", default="", metavar="SUITE,SUITE")
    required = set(filter(None, parser.parse_args().require.split(",")))
    absent = missing()
    failed = sorted(required & absent.keys())
    for name, (arguments, added) in commands(absent).items():
        sys.stdout.write(f"\n== {name} ==\n")
        sys.stdout.flush()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            env=os.environ | added,
            check=False,
        )
        if done.returncode:
            failed.append(name)
    sys.stdout.write("\n")
    for name, reason in absent.items():
        sys.stdout.write(f"The {name} suite did not run: {reason}.\n")
    sys.stdout.write(f"Failed: {', '.join(failed)}\n" if failed else "All green.\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
