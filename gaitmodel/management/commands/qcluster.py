"""Start a worker; asked to end (SIGTERM, Ctrl-C), it gives its Run back at once.

django-q2's own command would wait for the Run, which may take two days. Ask the first
process alone (systemd: ``KillMode=mixed``); it ends the others.
"""

from __future__ import annotations

from types import FrameType
from typing import Any

from django_q.cluster import Cluster
from django_q.management.commands import qcluster

from gaitmodel.supervising import ENDING


class GivingBack(Cluster):  # type: ignore[misc]
    """A cluster that tells its workers when it is ending."""

    def sig_handler(self, signum: int, frame: FrameType | None) -> None:
        ENDING.value = 1
        super().sig_handler(signum, frame)


class Command(qcluster.Command):  # type: ignore[misc]
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        qcluster.Cluster = GivingBack
        super().handle(*args, **options)
