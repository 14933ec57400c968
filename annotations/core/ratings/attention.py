"""Which stretches of a film were played, and their share of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Stretch = tuple[float, float]


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches (start, end in seconds) sorted, overlaps merged, empty ones dropped."""
    joined: list[Stretch] = []
    for start, end in sorted((start, end) for start, end in stretches if end > start):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def coverage(stretches: Sequence[Stretch], film_s: float) -> float:
    """The share of a film of ``film_s`` seconds that was played, 0 to 1.

    Raises
    ------
    ValueError
        If the film has no length.
    """
    if film_s <= 0:
        raise ValueError(f"a film lasts longer than {film_s} s")
    played = sum(
        min(end, film_s) - max(start, 0.0)
        for start, end in merged(stretches)
        if start < film_s
    )
    return min(1.0, max(0.0, played / film_s))
