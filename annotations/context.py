"""Template context of every page, the same for every arm of every study."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:
    """The site-wide banner; empty where none is set."""
    return {"site_banner": getattr(settings, "SITE_BANNER", "")}
