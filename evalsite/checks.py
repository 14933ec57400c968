"""System checks of the site's environment, each with an id and a hint."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from evalsite.recovery.restore import STAGING
from evalsite.watching.clock_and_certificate import certificate_state


@register()
def no_restore_was_interrupted(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """An interrupted restore leaves files without a database: not a usable site."""
    left = Path(settings.VAR_DIR) / STAGING
    if not left.exists():
        return []
    return [
        Error(
            f"A restore was interrupted and left {left} behind.",
            hint="Run restore_site again: it cleans that up. If the database is "
            "complete (verify_study holds for every study), remove the folder.",
            id="evalsite.E001",
        )
    ]


@register()
def certificate_has_not_expired(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """``TLS_CERTIFICATE``: the proxy's certificate; browsers refuse an expired one."""
    if not settings.TLS_CERTIFICATE:
        return []
    state = certificate_state(Path(settings.TLS_CERTIFICATE), datetime.now(UTC))
    if not state.problem:
        return []
    kind, number = (Error, "E002") if state.is_over else (checks.Warning, "W001")
    hint = "Renew it, and let the proxy reload it."
    return [kind(f"The {state.problem}.", hint=hint, id=f"evalsite.{number}")]
