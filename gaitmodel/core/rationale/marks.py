"""Find the quantities, sides and numbers of a sentence, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gaitmodel.core.rationale.vocabulary import (
    QUANTITIES,
    SIDE_PATTERN,
    SIDES,
    UNITS,
    Quantity,
)
from gaitmodel.core.records import Side

# A full stop ends a sentence unless it is a decimal point or belongs to "vs." etc.
_SENTENCE_END: Final = re.compile(
    r"(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)[.!?](?=\s|$)|\n+"
)
_PLAIN: Final = re.compile(
    r"(?<![\w.])(?:[-−](?=\d))?\d+(?:\.\d+)?(?!\d)(?![.)]?\d)(?!\)\s*[A-Z])"
)
_WORDS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_EVENTS: Final = (
    r"(?:\w+\s+)?(?:(?:heel|foot)[-\s]*strike|toe[-\s]*off|initial\s+contact)"
)
_OF_SOME: Final = (
    r"(?<!\bthe )(?<!\bthese )(?<!\bof )(?<!\bfrom )(?<!\bbetween )(?<!\bafter )\b"
)
_COUNTED: Final = re.compile(
    rf"{_OF_SOME}({'|'.join(_WORDS[1:])})(?=\s+{_EVENTS}s\b)"
    rf"|(?:(?<=\bonly )|(?<=\bjust ))(one)(?=\s+{_EVENTS}\b)",
    re.IGNORECASE,
)
"""A count of events, excluding "from one heel strike to the next"."""
_OTHER_SIDE: Final = re.compile(
    rf"{_OF_SOME}({'|'.join(_WORDS)})(?=\s+(?:on|for)\s+the\s+(?:left|right)\b)",
    re.IGNORECASE,
)
_COUNT_OF: Final = re.compile(r"\bn\s*=?\s*$", re.IGNORECASE)
_LIST: Final = re.compile(
    r"\s*(?:\((?:left|right|L|R)\))?\s*(?:,|/|and|,\s*and|vs\.?|versus|to|-|–|compared\s+(?:to|with))\s*",
    re.IGNORECASE,
)
_UNITS: Final = [
    (re.compile(rf"\s*-?\s*(?:{p})", re.IGNORECASE), u, f) for p, u, f in UNITS
]
_SIDE: Final = re.compile(SIDE_PATTERN)
_QUANTITY: Final = [(re.compile(q.pattern, re.IGNORECASE), q) for q in QUANTITIES]


@dataclass(frozen=True)
class Sentence:
    """A sentence and its place in the whole text."""

    text: str
    start: int


@dataclass(frozen=True)
class Mention:
    """A quantity named in a sentence; offsets are within the sentence."""

    quantity: Quantity
    start: int
    end: int


@dataclass(frozen=True)
class SideMention:
    side: Side
    start: int
    end: int


@dataclass(frozen=True)
class Number:
    """``value`` in the base unit; ``decimals`` as written (of the base unit)."""

    value: float
    unit: str
    step: float
    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of ``text``, without surrounding whitespace."""
    start = 0
    for end in [*(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]:
        part = text[start:end]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            yield Sentence(part.strip(), start + lead)
        start = end


def mentions(sentence: str) -> list[Mention]:
    """Quantities in order; where they overlap, the longest."""
    found = [
        Mention(quantity, match.start(), match.end())
        for pattern, quantity in _QUANTITY
        for match in pattern.finditer(sentence)
    ]
    found.sort(key=lambda m: (m.start - m.end, m.start))
    kept: list[Mention] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda m: m.start)


def side_mentions(sentence: str) -> list[SideMention]:
    return [
        SideMention(SIDES[_side_word(match.group())], match.start(), match.end())
        for match in _SIDE.finditer(sentence)
    ]


def _side_word(word: str) -> str:
    return word if len(word) == 1 else word.lower()


def numbers(sentence: str) -> list[Number]:
    """Numbers with their units; a list shares the unit of its last member."""
    found = [
        _number(match, sentence)
        for match in _PLAIN.finditer(sentence)
        if not _COUNT_OF.search(sentence[: match.start()])
    ]
    found = sorted([*found, *_counts_in_words(sentence)], key=lambda one: one.start)
    for place in range(len(found) - 2, -1, -1):
        here, after = found[place], found[place + 1]
        between = sentence[here.end : after.start]
        if (
            here.unit == ""
            and _LIST.fullmatch(between)
            and after.unit not in ("", "ignored")
        ):
            found[place] = _with_unit(
                here, after.unit, after.step / _step(sentence[after.start : after.end])
            )
    return [one for one in found if one.unit != "ignored"]


def _counts_in_words(sentence: str) -> Iterator[Number]:
    """ "Four heel strikes on the left and five on the right"; no other words."""
    counted = list(_COUNTED.finditer(sentence))
    if counted:
        counted += _OTHER_SIDE.finditer(sentence, counted[0].end())
    for word in counted:
        value = 1.0 + _WORDS.index(word.group().lower())
        yield Number(value, "count", 1.0, *word.span())


def _number(match: re.Match[str], sentence: str) -> Number:
    written = match.group().replace("−", "-")
    for pattern, unit, factor in _UNITS:
        tail = pattern.match(sentence, match.end())
        if tail is not None:
            return Number(
                float(written) * factor,
                unit,
                _step(written) * factor,
                match.start(),
                tail.end(),
            )
    return Number(float(written), "", _step(written), match.start(), match.end())


def _step(written: str) -> float:
    """The last decimal place as written: 0.01 of ``0.45``, 1 of ``45``."""
    digits = re.match(r"[-−]?\d+(?:\.(\d+))?", written)
    places = len(digits.group(1) or "") if digits else 0
    return float(10**-places)


def _with_unit(number: Number, unit: str, factor: float) -> Number:
    return Number(
        number.value * factor, unit, number.step * factor, number.start, number.end
    )
