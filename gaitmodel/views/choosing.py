"""Validate the filters in a page's query string."""

from __future__ import annotations

from collections.abc import Collection


def chosen(wanted: str, choices: Collection[str]) -> str:
    """``wanted`` if it is among ``choices``, else the empty string.

    A query string can hold values that the database cannot (such as NUL).
    """
    return wanted if wanted in choices else ""
