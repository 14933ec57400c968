"""What a page's filters were asked to show."""

from __future__ import annotations

from collections.abc import Collection


def chosen(wanted: str, choices: Collection[str]) -> str:
    """What is wanted if it can be chosen, else nothing.

    A database need not be able to read what else an address can hold.
    """
    return wanted if wanted in choices else ""
