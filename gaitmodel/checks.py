"""System checks: report wrong combinations of settings, each with an id and a hint."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def queue_retry_exceeds_timeout(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A retry before the time limit would hand a running Run to a second worker."""
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
    """Clips, checkpoints and caches need a writable folder."""
    if os.access(settings.VAR_DIR, os.W_OK):
        return []
    return [
        Error(
            f"The data folder {settings.VAR_DIR} cannot be written.",
            hint="Set BIOGAIT_VAR to a folder that the server's user owns.",
            id="gaitmodel.E002",
        )
    ]


@register()
def torchvision_fits_torch(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """With a torchvision of another build, transformers cannot be imported."""
    builds = {name: _cuda_of(name) for name in ("torch", "torchvision")}
    if None in builds.values() or builds["torch"] == builds["torchvision"]:
        return []
    said = {
        name: f"for CUDA {cuda}" if cuda else "for the CPU"
        for name, cuda in builds.items()
    }
    return [
        Error(
            f"torch is built {said['torch']} and torchvision {said['torchvision']}: "
            "transformers cannot be imported beside them.",
            hint="Nothing here needs torchvision: pip uninstall torchvision.",
            id="gaitmodel.E003",
        )
    ]


def _cuda_of(package: str) -> str | None:
    """The CUDA version a package was built for, "" for the CPU, None if not installed.

    Read from its version file, as importing it would load torch into the web process.
    """
    found = find_spec(package)
    version = found and found.origin and Path(found.origin).with_name("version.py")
    if not version or not version.exists():
        return None
    return run_path(str(version)).get("cuda") or ""
