"""Which quantity and side each number of a sentence belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gaitmodel.core.features.strides import other
from gaitmodel.core.rationale import number_patterns as said
from gaitmodel.core.rationale.claims import Claim, ClaimKind
from gaitmodel.core.rationale.marks import (
    Mention,
    Number,
    Sentence,
    SideMention,
    mentions,
    numbers,
    side_mentions,
)
from gaitmodel.core.rationale.vocabulary import CLAUSE, QUANTITY, Quantity
from gaitmodel.core.records import Side

_TURNED: Final = {
    ClaimKind.VALUE: ClaimKind.VALUE,
    ClaimKind.AT_LEAST: ClaimKind.AT_MOST,
    ClaimKind.AT_MOST: ClaimKind.AT_LEAST,
}


class NumberReader:
    """Reads the numbers of one sentence; ``carried`` is the last quantity before it."""

    def __init__(self, sentence: Sentence, carried: Quantity | None) -> None:
        self._sentence = sentence
        self._text = sentence.text
        self._mentions = mentions(self._text)
        self._sides = side_mentions(self._text)
        self._numbers = numbers(self._text)
        self._carried = carried if not self._mentions else None

    def claims(self) -> Iterator[Claim]:
        """One claim per number, or per side of it; ranges are one claim."""
        place = 0
        while place < len(self._numbers):
            group = self._group(place)
            place += len(group)
            if not self._is_reference(group):
                yield from self._of_group(group)

    def _group(self, place: int) -> list[Number]:
        """A number and, if it is joined directly to the next one, that too."""
        group = self._numbers[place : place + 2]
        if len(group) == 2 and said.JOINED.fullmatch(self._between(group[0], group[1])):
            return group
        return group[:1]

    def _between(self, first: Number, second: Number) -> str:
        return self._text[first.end : second.start]

    def _before(self, number: Number, reach: int = 60) -> str:
        return self._text[max(0, number.start - reach) : number.start]

    def _is_reference(self, group: Sequence[Number]) -> bool:
        """Whether the sentence states what is normal, not what was observed."""
        before = self._before(group[0])
        own = len(group) == 1 and said.OWN.search(before)
        if own and not said.OTHERS.search(before):
            return False
        return said.REFERENCE.search(before) is not None

    def _of_group(self, group: Sequence[Number]) -> Iterator[Claim]:
        quantity = self._quantity(group[0])
        if len(group) == 2:
            if self._is_range(group):
                yield from self._range(group, quantity)
                return
            pair = self._pair_of_sides(group)
            if pair is not None:
                for number, named in zip(group, pair, strict=True):
                    yield self._claim(number, quantity, named)
                return
        for number in group:
            own = self._quantity(number)
            if own is None and number.unit == "":
                continue
            of_both = self._is_difference(number)
            for side in [None] if of_both else self._sides_of(number, own):
                yield self._claim(number, own, side)

    def _is_range(self, group: Sequence[Number]) -> bool:
        joint = self._between(group[0], group[1])
        if said.SPAN.fullmatch(joint):
            return True
        return bool(said.BETWEEN.search(self._before(group[0])))

    def _range(
        self, group: Sequence[Number], quantity: Quantity | None
    ) -> Iterator[Claim]:
        if quantity is None and group[1].unit == "":
            return
        low, high = group
        if any(self._is_backward(one, quantity) for one in group):
            low, high = (replace(one, value=-one.value) for one in group)
        for side in self._sides_of(low, quantity):
            yield self._made(ClaimKind.RANGE, low, quantity, side, high)

    def _pair_of_sides(self, group: Sequence[Number]) -> tuple[Side, Side] | None:
        """The sides of two joined numbers, if the sentence gives both."""
        behind = said.TWO_SIDES_BEHIND.match(self._text, group[1].end)
        if behind:
            return _side(behind["first"]), _side(behind["second"])
        spoken = self._sides_before(group[0])
        if len(spoken) >= 2 and self._joined(spoken[-2], spoken[-1]):
            return spoken[-2].side, spoken[-1].side
        if said.RESPECTIVELY.match(self._text, group[1].end):
            earlier = [s.side for s in self._sides if s.start < group[0].start]
            return self._two_different(earlier)
        if spoken and said.AGAINST.search(self._between(group[0], group[1])):
            named = [s.side for s in spoken]
            return self._two_different(named) or (named[-1], other(named[-1]))
        return None

    def _two_different(self, sides: Sequence[Side]) -> tuple[Side, Side] | None:
        """The last two sides in the order in which they were named, if they differ."""
        if len(sides) >= 2 and sides[-2] is not sides[-1]:
            return sides[-2], sides[-1]
        return None

    def _joined(self, first: SideMention, second: SideMention) -> bool:
        return bool(said.SIDES_JOINED.fullmatch(self._text[first.end : second.start]))

    def _sides_before(self, number: Number) -> list[SideMention]:
        """Sides between the number before this one (or the clause) and it."""
        floor = self._floor(number)
        return [s for s in self._sides if floor <= s.start < number.start]

    def _floor(self, number: Number) -> int:
        return max(
            [0]
            + [other.end for other in self._numbers if other.end <= number.start]
            + [m.end() for m in CLAUSE.finditer(self._text, 0, number.start)]
        )

    def _sides_of(self, number: Number, quantity: Quantity | None) -> list[Side | None]:
        """The side of a single number; two if "left and right" share it."""
        if quantity is None or not quantity.sided:
            return [None]
        behind = self._side_behind(number)
        if behind is not None:
            return [behind]
        spoken = self._sides_before(number)
        if len(spoken) >= 2 and self._joined(spoken[-2], spoken[-1]):
            return [spoken[-2].side, spoken[-1].side]
        if spoken:
            return [spoken[-1].side]
        earlier = [s for s in self._sides if s.start < number.start]
        return [earlier[-1].side if earlier else None]

    def _side_behind(self, number: Number) -> Side | None:
        """ "0.45 s (left)", or "4 heel strikes on the left" with the quantity between."""
        places = [number.end]
        tight = self._tight(number)
        if tight is not None:
            places.append(tight.end)
        for place in places:
            behind = said.SIDE_BEHIND.match(
                self._text, place
            ) or said.BARE_SIDE_BEHIND.match(self._text, place)
            if behind:
                return _side(behind["side"])
        return None

    def _tight(self, number: Number) -> Mention | None:
        """The quantity right after the number: "38 % swing", "4 toe-offs"."""
        for mention in self._mentions:
            gap = self._text[number.end : mention.start]
            near = mention.start >= number.end and said.FILLER.fullmatch(gap)
            if near and _fits(number, mention.quantity):
                return mention
        return None

    def _quantity(self, number: Number) -> Quantity | None:
        """A number's quantity; an angle at a single event is not one we measure."""
        found = self._named_quantity(number)
        if found is None or found.unit != "deg" or not self._is_at_event(number):
            return found
        return replace(found, name=f"{found.name} at an event", keys=())

    def _is_at_event(self, number: Number) -> bool:
        """Whether an event goes with the number itself, not with a peak or range named
        in between: "from extension at heel strike it flexes to a peak of 60°".
        """
        part, place = self._part(number), number.start - self._floor(number)
        for event in said.AT_EVENT.finditer(part):
            since = event.end() if event.end() <= place else 0
            if event["phase"] or not said.PEAK.search(part, since, place):
                return True
        return False

    def _part(self, number: Number) -> str:
        """The text from the last number or clause to the end of the number's part."""
        end = said.PART_END.search(self._text, number.end)
        return self._text[self._floor(number) : end.start() if end else None]

    def _named_quantity(self, number: Number) -> Quantity | None:
        """The quantity right after the number, else the last before it."""
        tight = self._tight(number)
        if tight is not None:
            return tight.quantity
        if number.unit == "spm":
            return QUANTITY["cadence"]
        before = [m for m in self._mentions if m.start < number.start]
        after = [m for m in self._mentions if m.start > number.start]
        for mention in [*reversed(before), *after]:
            if _fits(number, mention.quantity) or (
                self._is_difference(number)
                and mention.quantity.unit in ("s", "%")
                and number.unit == "%"
            ):
                return mention.quantity
        if self._carried is not None and _fits(number, self._carried):
            return self._carried
        return before[-1].quantity if before and number.unit not in ("",) else None

    def _is_difference(self, number: Number) -> bool:
        return bool(
            said.DIFFERENCE.search(self._before(number))
            or said.DIFFERENCE_BEHIND.match(self._text, number.end)
        )

    def _claim(
        self, number: Number, quantity: Quantity | None, side: Side | None
    ) -> Claim:
        if self._is_difference(number):
            return self._made(ClaimKind.DIFFERENCE, number, quantity, None, None)
        kind = self._bound(number)
        if self._is_backward(number, quantity):
            number = replace(number, value=-number.value)
            kind = _TURNED[kind]
        return self._made(kind, number, quantity, side, None)

    def _bound(self, number: Number) -> ClaimKind:
        """ "Above 40", "no more than 40", or the value itself."""
        before = self._before(number)
        for pattern, kind in (
            (said.LOWER, ClaimKind.AT_LEAST),
            (said.UPPER, ClaimKind.AT_MOST),
        ):
            if found := pattern.search(before):
                denied = said.NOT_BEFORE.search(before[: found.start()])
                return _TURNED[kind] if denied else kind
        return ClaimKind.VALUE

    def _is_backward(self, number: Number, quantity: Quantity | None) -> bool:
        """Whether a lean is stated as backward; forward is positive."""
        if quantity is None or quantity.name != "trunk lean":
            return False
        return said.BACKWARD.search(self._part(number)) is not None

    def _made(
        self,
        kind: ClaimKind,
        number: Number,
        quantity: Quantity | None,
        side: Side | None,
        upper: Number | None,
    ) -> Claim:
        base = self._sentence.start
        return Claim(
            kind=kind,
            quantity=quantity,
            side=side,
            value=number.value,
            upper=None if upper is None else upper.value,
            unit=number.unit or (quantity.unit if quantity else ""),
            step=number.step,
            about=bool(said.ABOUT.search(self._before(number))),
            denied=kind in (ClaimKind.VALUE, ClaimKind.RANGE)
            and bool(said.DENIED_VALUE.search(self._before(number))),
            start=base + number.start,
            end=base + (upper or number).end,
            sentence=(base, base + len(self._text)),
        )

    @property
    def last_quantity(self) -> Quantity | None:
        """What the next sentence may refer back to."""
        return self._mentions[-1].quantity if self._mentions else self._carried


def _side(word: str) -> Side:
    return Side.LEFT if word.lower().startswith("l") else Side.RIGHT


def _fits(number: Number, quantity: Quantity) -> bool:
    """Whether the number could belong to the quantity, by unit or plausible size."""
    if number.unit:
        return number.unit == quantity.unit
    if quantity.unit == "count":
        return number.step == 1
    if quantity.unit == "s":
        return 0 < number.value < 5
    return quantity.unit in ("spm", "%", "deg")
