"""Clips whose films somebody outside the model room relies on, byte for byte.

The model room knows no study. Whoever seals films says so when the site starts, and
``prepare_clips`` asks before it would make or take away one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

Holder = Callable[[Collection[str]], dict[str, str]]
"""Of these clip names, the ones that are held, each with who holds it in a few words."""

_holders: list[Holder] = []


def hold_by(holder: Holder) -> None:
    """Ask ``holder`` from now on; once, however often it is named."""
    if holder not in _holders:
        _holders.append(holder)


def clips_held(names: Collection[str]) -> dict[str, str]:
    """Which of these clips are held, and by whom."""
    found: dict[str, str] = {}
    for holder in _holders:
        found |= holder(names)
    return found
