"""Every URL of the site, read from the URL configuration itself.

The tests of blinding and of permissions walk this list, so that a new view cannot be
forgotten: a URL whose parameters are not known here fails them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

# Pages of other packages: closed to raters as a whole, and tested as such.
FOREIGN = ("admin:",)


@dataclass(frozen=True)
class Route:
    """One named URL and the ``parameters`` it needs."""

    name: str
    parameters: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        return self.name.startswith(FOREIGN)


def routes() -> list[Route]:
    """All routes, in the order of the configuration."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(
    patterns: list[URLPattern | URLResolver], space: str, outer: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        inner = (*outer, *_parameters(pattern))
        if isinstance(pattern, URLResolver):
            inside = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inside, inner)
        elif pattern.name:
            yield Route(f"{space}{pattern.name}", inner)


def _parameters(pattern: URLPattern | URLResolver) -> tuple[str, ...]:
    return tuple(pattern.pattern.regex.groupindex)


def own_routes() -> list[Route]:
    """The routes of this project's own pages and of sign-in."""
    return [route for route in routes() if not route.is_foreign]
