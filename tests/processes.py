"""Commands of the site run as processes of their own, in a data folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def site_environment(folder: Path) -> dict[str, str]:
    """An environment whose data and SQLite file lie in ``folder``."""
    return os.environ | {
        "BIOGAIT_VAR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
    }


def manage(environment: dict[str, str], *arguments: str) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
