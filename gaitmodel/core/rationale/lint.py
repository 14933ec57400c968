"""Check a rationale for self-contradiction: numbers that cannot all be true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gaitmodel.core.rationale.claims import Claim, ClaimKind
from gaitmodel.core.records import Side

_CADENCE_SHARE: Final = 0.10
_STRIDE_SHARE: Final = 0.08
_SUM_POINTS: Final = 4.0
HUMAN_PERCENT: Final = {
    "swing": (20.0, 55.0),
    "stance": (45.0, 80.0),
    "double support": (0.0, 60.0),
}
"""Shares of the stride outside which no one walks, over all eight classes."""


@dataclass(frozen=True)
class Lint:
    """One self-contradiction: its rule, a sentence, and the claims' places."""

    rule: str
    message: str
    spans: tuple[tuple[int, int], ...]


Said = dict[tuple[str, Side | None], Claim]


def lint_claims(claims: Sequence[Claim]) -> list[Lint]:
    """All self-contradictions of one rationale."""
    claims = [one for one in claims if not (one.is_number and one.denied)]
    said: Said = {}
    for claim in claims:
        if claim.kind is ClaimKind.VALUE and claim.quantity is not None:
            said.setdefault((claim.quantity.name, claim.side), claim)
    found = [*_cadence_and_steps(said), *_strides_and_steps(said), *_impossible(claims)]
    return [*found, *_phases(said), *_order(claims, said), *_twice(claims)]


def _both(said: Said, name: str) -> tuple[Claim, Claim] | None:
    left, right = (said.get((name, side)) for side in Side)
    return (left, right) if left is not None and right is not None else None


def _value(claim: Claim) -> float:
    return claim.value or 0.0


def _made(rule: str, message: str, *claims: Claim) -> Lint:
    return Lint(rule, message, tuple((claim.start, claim.end) for claim in claims))


def _cadence_and_steps(said: Said) -> Iterator[Lint]:
    cadence, steps = said.get(("cadence", None)), _both(said, "step time")
    alone = said.get(("step time", None))
    if cadence is None or (steps is None and alone is None):
        return
    used = steps if steps is not None else (alone,)
    known = [claim for claim in used if claim is not None]
    mean = sum(map(_value, known)) / len(known)
    if mean > 0 and abs(_value(cadence) * mean / 60 - 1) > _CADENCE_SHARE:
        yield _made(
            "cadence_and_step_times",
            f"a cadence of {_value(cadence):g} does not go with step times that give "
            f"{60 / mean:.0f} steps/min",
            cadence,
            *known,
        )


def _strides_and_steps(said: Said) -> Iterator[Lint]:
    steps, strides = _both(said, "step time"), _both(said, "stride time")
    if steps is not None:
        total = sum(map(_value, steps))
        for side in (*Side, None):
            stride = said.get(("stride time", side))
            if stride and abs(_value(stride) / total - 1) > _STRIDE_SHARE:
                yield _made(
                    "stride_and_step_times",
                    f"a stride of {_value(stride):g} s is not the sum of its steps, "
                    f"{total:.2f} s",
                    stride,
                    *steps,
                )
    elif strides is not None:
        shorter, longer = sorted(map(_value, strides))
        if shorter > 0 and longer / shorter - 1 > _STRIDE_SHARE:
            yield _made(
                "strides_of_one_walk",
                f"left and right strides last equally long on average, not {shorter:g} "
                f"and {longer:g} s",
                *strides,
            )


def _impossible(claims: Sequence[Claim]) -> Iterator[Lint]:
    for claim in claims:
        if claim.quantity is None or claim.kind is not ClaimKind.VALUE:
            continue
        limits = HUMAN_PERCENT.get(claim.quantity.name)
        if limits and claim.unit == "%" and not limits[0] <= _value(claim) <= limits[1]:
            yield _made(
                "not_walking",
                f"{claim.quantity.name} of {_value(claim):g} % is not walking, where it "
                f"lies within {limits[0]:g} to {limits[1]:g} %",
                claim,
            )


def _phases(said: Said) -> Iterator[Lint]:
    for side in (*Side, None):
        swing, stance = said.get(("swing", side)), said.get(("stance", side))
        if swing and stance and abs(_value(swing) + _value(stance) - 100) > _SUM_POINTS:
            yield _made(
                "swing_and_stance",
                f"swing and stance add up to {_value(swing) + _value(stance):g} %",
                swing,
                stance,
            )


def _order(claims: Sequence[Claim], said: Said) -> Iterator[Lint]:
    """A comparison that contradicts the text's own numbers for the sides."""
    for claim in claims:
        if claim.kind not in (ClaimKind.GREATER, ClaimKind.SMALLER):
            continue
        pair = _both(said, claim.quantity.name) if claim.quantity else None
        if pair is None:
            continue
        gap = _value(pair[0]) - _value(pair[1])
        greater = gap if claim.side is Side.LEFT else -gap
        wanted = greater if claim.kind is ClaimKind.GREATER else -greater
        if (-wanted if claim.denied else wanted) < 0:
            yield _made(
                "comparison_and_numbers",
                f"the {claim.side} side is called {'not ' if claim.denied else ''}"
                f"{claim.kind}, its numbers say otherwise",
                claim,
                *pair,
            )


def _twice(claims: Sequence[Claim]) -> Iterator[Lint]:
    """The same quantity of the same side with two different values."""
    first: Said = {}
    for claim in claims:
        if claim.kind is not ClaimKind.VALUE or claim.quantity is None:
            continue
        if claim.quantity.sided and claim.side is None:
            continue
        before = first.setdefault((claim.quantity.name, claim.side), claim)
        widest = max(before.step, claim.step, 0.01 * abs(_value(before)))
        if abs(_value(before) - _value(claim)) > widest + 1e-9:
            yield _made(
                "two_values",
                f"{claim.quantity.name} is given as {_value(before):g} and "
                f"{_value(claim):g}",
                before,
                claim,
            )
