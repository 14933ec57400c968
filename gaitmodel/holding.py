"""Clips whose films must not change, because code outside this app has sealed them.

This app does not know about studies. Code that seals films registers here when the site
starts, and ``prepare_clips`` asks before it remakes or removes such a film.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

Holder = Callable[[Collection[str]], dict[str, str]]
"""Maps those of the given clip names that are held to a short phrase saying by whom."""

_holders: list[Holder] = []


def hold_by(holder: Holder) -> None:
    """Register ``holder``; idempotent."""
    if holder not in _holders:
        _holders.append(holder)


def clips_held(names: Collection[str]) -> dict[str, str]:
    """Which of these clips are held, and by whom."""
    found: dict[str, str] = {}
    for holder in _holders:
        found |= holder(names)
    return found
