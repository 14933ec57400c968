"""Run the whole pipeline on a synthetic cohort, then serve the site with its worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from annotations.core.errors import StudyError
from annotations.management.base import StudyCommand
from annotations.management.demo import (
    DemoPlan,
    demo_accounts,
    demo_build,
    demo_erase,
    demo_summary,
)


class Command(StudyCommand):
    help = __doc__
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--backbone", choices=["smollm2", "tiny"], default="smollm2"
        )
        parser.add_argument(
            "--cases", type=int, default=12, help="number of cases in all"
        )
        parser.add_argument("--fresh", action="store_true", help="start over")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = DemoPlan(options["backbone"], options["cases"])
        if options["cases"] < 4:
            raise StudyError(
                f"--cases must be at least 4, one per rater, not {options['cases']}"
            )
        if not 1 <= options["port"] <= 65535:
            raise StudyError(
                f"--port must lie between 1 and 65535, not {options['port']}"
            )
        if options["fresh"]:
            demo_erase(plan)
        study = demo_build(plan)
        url = f"http://127.0.0.1:{options['port']}/"
        for account in demo_accounts(plan):
            self.stderr.write(
                f"  {account.role:<6} {account.username:<6} {account.password}"
            )
        self.stderr.write(f"{study.name}: log in at {url}")
        if options["json"]:
            self.stdout.write(json.dumps(demo_summary(plan, study, url)))
        if not options["no_serve"]:
            self.stdout.flush()
            serve(options["port"])


def serve(port: int) -> None:
    """Run the site and its workers until one ends or the keyboard stops them."""
    python = sys.executable
    processes = [
        subprocess.Popen(
            [python, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "evalsite.wsgi"],
            env=os.environ | {"WEB_BIND": f"127.0.0.1:{port}"},
        ),
        *(
            subprocess.Popen(
                [python, "manage.py", "qcluster"],
                env=os.environ | {"Q_CLUSTER_NAME": cluster},
            )
            for cluster in ("default", "gpu")
        ),
    ]  # fmt: skip
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
    raise CommandError("the site or a worker has stopped; see its last lines above")
