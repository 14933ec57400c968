"""Claims that compare the sides, with or without numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gaitmodel.core.features.strides import other
from gaitmodel.core.rationale.claims import Claim, ClaimKind
from gaitmodel.core.rationale.marks import (
    Mention,
    Sentence,
    mentions,
    side_mentions,
)
from gaitmodel.core.rationale.vocabulary import (
    CLAUSE,
    GREATER,
    QUANTITY,
    SMALLER,
    Quantity,
)
from gaitmodel.core.records import Side

_COMPARATIVE: Final = re.compile(rf"\b(?:{SMALLER}|{GREATER})\b", re.IGNORECASE)
_GREATER: Final = re.compile(GREATER, re.IGNORECASE)
_THAN: Final = re.compile(
    r"\b(?:than|compared\s+(?:to|with)|relative\s+to|versus|vs\.?)\b", re.IGNORECASE
)
_NUMBER_NEXT: Final = re.compile(r"\s*(?:about\s+|approximately\s+)?[\d.]+")
_NORM_NEXT: Final = re.compile(
    r"\s*(?:the\s+|a\s+|in\s+|is\s+)*(?:normal|expected|typical|usual|healthy|average|norm|reference|what)",
    re.IGNORECASE,
)
_SYMMETRY: Final = re.compile(
    r"\b(?P<a>a)?symmetr(?:y|ies|ical(?:ly)?|ic)\b", re.IGNORECASE
)
_DENIED: Final = re.compile(
    r"\b(?:no|not|without|lack(?:s|ing)?(?:\s+of)?|absen\w+(?:\s+of)?|minimal|negligible|little|rather\s+than|"
    r"nor|free\s+of|loss\s+of|loses?)\b(?:[\s,]+(?!and\b|but\b)\w+){0,8}[\s,]*$",
    re.IGNORECASE,
)
_NOT_LONGER: Final = re.compile(
    r"\b(?:not|never|no|nor|neither|\w+n['’]t)\s+(?!only\b|just\b)"
    r"(?:(?:any|\w+ly|much|far|at\s+all)\s+)?$",
    re.IGNORECASE,
)
_WALKING: Final = re.compile(
    r"\b(?:step\w*|gait|walk\w*|strides?|timing|limbs?|rhythm|pattern)\b", re.IGNORECASE
)
_OF_THE_WALK: Final = re.compile(
    r"\b(?:gait|walk\w*|pattern)\s+(?:is|was|appears|looks|remains|seems)\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_MEASURED_NEXT: Final = re.compile(
    r"\s*(?:index\s*)?(?:\(|of|:|=|is)?\s*(?:about\s+)?\d"
)


class ComparisonReader:
    """Reads the comparisons of one sentence."""

    def __init__(self, sentence: Sentence, carried: Quantity | None) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._mentions = mentions(self._text)
        self._sides = side_mentions(self._text)
        self._carried = carried if not self._mentions else None

    def claims(self) -> Iterator[Claim]:
        for word in _COMPARATIVE.finditer(self._text):
            claim = self._comparison(word)
            if claim is not None:
                yield claim
        for word in _SYMMETRY.finditer(self._text):
            claim = self._symmetry(word)
            if claim is not None:
                yield claim

    def _comparison(self, word: re.Match[str]) -> Claim | None:
        quantity = self._quantity_near(word)
        side = self._subject(word)
        if quantity is None or not quantity.sided or side is None:
            return None
        greater = bool(_GREATER.fullmatch(word.group()))
        if quantity.name == "cadence":
            return None
        kind = ClaimKind.GREATER if greater else ClaimKind.SMALLER
        denied = _NOT_LONGER.search(self._text, 0, word.start())
        return replace(self._made(kind, quantity, side, word), denied=bool(denied))

    def _quantity_near(self, word: re.Match[str]) -> Quantity | None:
        """Right after the comparative ("more toe-offs"), else the last one before."""
        for mention in self._mentions:
            if 0 <= mention.start - word.end() <= 14 and self._same_clause(
                word, mention
            ):
                return mention.quantity
        before = [m for m in self._mentions if m.start < word.start()]
        if before:
            return before[-1].quantity
        return self._carried

    def _same_clause(self, word: re.Match[str], mention: Mention) -> bool:
        gap = self._text[word.end() : mention.start]
        return not re.search(r"[,;.(]|\bthan\b", gap)

    def _subject(self, word: re.Match[str]) -> Side | None:
        """Which side is said to be greater or smaller than the other."""
        start, end = self._clause(word.start())
        than = _THAN.search(self._text, word.end(), end)
        if than is None:
            than = _THAN.search(self._text, word.end())
            than = than if than and than.start() - word.end() < 50 else None
        if than is not None:
            return self._subject_before_than(word, than)
        return self._lone_subject(word, start, end)

    def _subject_before_than(
        self, word: re.Match[str], than: re.Match[str]
    ) -> Side | None:
        if _NUMBER_NEXT.match(self._text, than.end()) or _NORM_NEXT.match(
            self._text, than.end()
        ):
            # "shorter (0.5 s vs. 0.81 s)" still compares the sides.
            if than.group().lower().startswith(("vs", "versus")):
                return self._last_before(word.start())
            return None
        behind = [s for s in self._sides if than.end() <= s.start <= than.end() + 40]
        if not behind:
            return None
        return other(behind[0].side)

    def _lone_subject(self, word: re.Match[str], start: int, end: int) -> Side | None:
        """Without "than": the clause names one side only, or compares to one first."""
        inside = [s for s in self._sides if start <= s.start < end]
        apart = [
            s
            for s in inside
            if re.search(
                r"\b(?:compared\s+(?:to|with)|relative\s+to)\s+(?:the\s+)?$",
                self._text[: s.start],
                re.IGNORECASE,
            )
        ]
        if apart and apart[0].start < word.start():
            return other(apart[0].side)
        sides = {s.side for s in inside}
        close = [s for s in inside if abs(s.start - word.start()) < 50]
        return (
            close[0].side
            if len(sides) == 1 and close and self._explicit(word)
            else None
        )

    def _explicit(self, word: re.Match[str]) -> bool:
        """Whether it may compare sides, unlike "more cautious" or "a longer walk"."""
        behind = self._text[word.end() : word.end() + 30]
        if word.group().lower() in ("more", "less"):
            return any(0 <= m.start - word.end() <= 3 for m in self._mentions)
        return not re.match(r"\s+(?:walk|period|clip|video|cadence)", behind)

    def _last_before(self, place: int) -> Side | None:
        before = [s for s in self._sides if s.start < place]
        return before[-1].side if before else None

    def _clause(self, place: int) -> tuple[int, int]:
        cuts = [m.span() for m in CLAUSE.finditer(self._text)]
        start = max([0] + [b for _, b in cuts if b <= place])
        end = min([len(self._text)] + [a for a, _ in cuts if a >= place])
        return start, end

    def _symmetry(self, word: re.Match[str]) -> Claim | None:
        noun = word.group().lower().endswith("y")
        if noun and _MEASURED_NEXT.match(self._text, word.end()):
            return None
        quantity = self._symmetric_quantity(word)
        if quantity is None or not quantity.sided:
            return None
        start, _ = self._clause(word.start())
        before = self._text[start : word.start()]
        denied = bool(_DENIED.search(before))
        asymmetric = bool(word["a"]) != denied
        kind = ClaimKind.ASYMMETRIC if asymmetric else ClaimKind.SYMMETRIC
        return self._made(kind, quantity, None, word)

    def _symmetric_quantity(self, word: re.Match[str]) -> Quantity | None:
        """The quantity next to the word; for a walk in general, the step time."""
        start, end = self._clause(word.start())
        if _OF_THE_WALK.search(self._text[start : word.start()]):
            return QUANTITY["step time"]
        near = [
            m
            for m in self._mentions
            if start <= m.start < end
            and m.quantity.sided
            and not _SYMMETRY.search(
                self._text, min(word.end(), m.end), max(word.start(), m.start)
            )
            and (
                m.start - word.end() <= 35
                if m.start > word.start()
                else word.start() - m.end <= 60
            )
        ]
        if near:
            behind = [m for m in near if m.start > word.start()]
            return (behind[0] if behind else near[-1]).quantity
        around = self._text[max(start, word.start() - 45) : min(end, word.end() + 35)]
        return QUANTITY["step time"] if _WALKING.search(around) else None

    def _made(
        self,
        kind: ClaimKind,
        quantity: Quantity,
        side: Side | None,
        word: re.Match[str],
    ) -> Claim:
        base = self._sentence.start
        return Claim(
            kind=kind,
            quantity=quantity,
            side=side,
            value=None,
            upper=None,
            unit=quantity.unit,
            step=0.0,
            about=False,
            start=base + word.start(),
            end=base + word.end(),
            sentence=(base, base + len(self._text)),
        )
