"""Balanced presentation orders: permuted blocks of Williams squares per rater.

A Williams square shows each system once in each position, and each system immediately
after every other equally often (Williams 1949). For three systems the two squares
together are exactly the six possible orders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from annotations.core.allocation.drbg import Drbg

Order = tuple[int, ...]
Square = tuple[Order, ...]


def williams_squares(n_systems: int) -> tuple[Square, ...]:
    """The Latin squares that together balance carry-over: one if even, two if odd."""
    zigzag = [0]
    for step in range(1, n_systems):
        zigzag.append((step + 1) // 2 if step % 2 else n_systems - step // 2)
    square = tuple(
        tuple((item + shift) % n_systems for item in zigzag)
        for shift in range(n_systems)
    )
    if n_systems % 2 == 0:
        return (square,)
    return (square, tuple(order[::-1] for order in square))


def _relabelled(squares: Sequence[Square], drbg: Drbg) -> tuple[Square, ...]:
    """The squares with systems randomly renamed: still balanced, with new orders."""
    names = drbg.shuffled(range(len(squares[0])))
    return tuple(
        tuple(tuple(names[item] for item in order) for order in square)
        for square in squares
    )


def _part_blocks(squares: Sequence[Square], size: int) -> list[list[Order]]:
    """All part blocks of ``size`` orders: whole squares, then some orders of one.

    In each, the counts of all (system, position) pairs differ by at most one.
    """
    width = len(squares[0])
    blocks = []
    for first in range(len(squares)):
        turned = [*squares[first:], *squares[:first]]
        whole = [order for square in turned[: size // width] for order in square]
        if size % width == 0:
            blocks.append(whole)
            continue
        rest = turned[size // width]
        blocks += [[*whole, *some] for some in combinations(rest, size % width)]
    return blocks


def _spread(
    counts: Counter[Order], places: Counter[tuple[int, int]]
) -> tuple[int, ...]:
    """How uneven the extra orders are; sums of squares grow with unevenness."""
    return (
        sum(count * count for count in counts.values()),
        sum(count * count for count in places.values()),
    )


def _places(orders: Sequence[Order]) -> Counter[tuple[int, int]]:
    """How often each (position, system) occurs."""
    return Counter(
        (place, item) for order in orders for place, item in enumerate(order)
    )


def orders_for_raters(
    lengths: Sequence[int], n_systems: int, drbg: Drbg
) -> list[list[Order]]:
    """One list of orders per rater, as long as the rater's list of cases.

    1. Whole blocks hold every order of the squares once, in random sequence.
    2. The last, shorter block keeps the rater's position counts within one of each
       other and, among such blocks, the whole study's counts as even as possible.
    """
    squares = williams_squares(n_systems)
    used: Counter[Order] = Counter()
    placed: Counter[tuple[int, int]] = Counter()
    result = []
    for length in lengths:
        orders: list[Order] = []
        block = len(squares) * n_systems
        for _ in range(length // block):
            named = _relabelled(squares, drbg)
            orders += drbg.shuffled([order for square in named for order in square])
        if size := length % block:
            choices = drbg.shuffled(_part_blocks(_relabelled(squares, drbg), size))
            extra = min(
                choices,
                key=lambda part: _spread(used + Counter(part), placed + _places(part)),
            )
            used.update(extra)
            placed.update(_places(extra))
            orders += drbg.shuffled(extra)
        result.append(orders)
    return result
