"""System checks: a wrong combination of settings is named with an id and a hint."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def queue_retry_exceeds_timeout(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A retry within the time limit would hand a running Run to a second worker."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    clusters: dict[str, Any] = {"default": queue, **queue.get("ALT_CLUSTERS", {})}
    return [
        Error(
            f"Queue {name!r}: retry {cluster['retry']} s must exceed "
            f"timeout {cluster['timeout']} s.",
            hint="Raise retry in Q_CLUSTER above the longest run.",
            id="gaitmodel.E001",
        )
        for name, cluster in clusters.items()
        if cluster["retry"] <= cluster["timeout"]
    ]


@register()
def data_folder_is_writable(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Clips, checkpoints and caches need a folder that can be written."""
    if os.access(settings.VAR_DIR, os.W_OK):
        return []
    return [
        Error(
            f"The data folder {settings.VAR_DIR} cannot be written.",
            hint="Set BIOGAIT_VAR to a folder that the server's user owns.",
            id="gaitmodel.E002",
        )
    ]
