"""The house's walls: contracts hold, both cores live without Django, web without torch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def modules(package: str) -> list[str]:
    return sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    )


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("core", ["gaitmodel/core", "annotations/core"])
def test_the_cores_import_with_django_blocked(core: str) -> None:
    names = modules(core)
    assert len(names) > 5
    done = python(
        "import sys; sys.modules['django'] = None\n"
        + "\n".join(f"import {name}" for name in names)
    )
    assert done.returncode == 0, done.stderr


def test_the_web_process_loads_no_torch_and_no_plotting() -> None:
    done = python(
        "import sys, evalsite.wsgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "heavy = {'torch', 'transformers', 'matplotlib', 'scipy.stats'} & sys.modules.keys()\n"
        "assert not heavy, heavy",
        DJANGO_SETTINGS_MODULE="evalsite.settings",
    )
    assert done.returncode == 0, done.stderr


def test_every_file_stays_within_the_ceiling() -> None:
    long = {
        name: lines
        for package in ("annotations", "evalsite", "gaitmodel")
        for name in modules(package)
        if ".migrations." not in name
        and (
            lines := len(
                (ROOT / (name.replace(".", "/") + ".py")).read_text().split("\n")
            )
        )
        > 310
    }
    assert not long
