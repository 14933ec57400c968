"""Replay a study's log, entry by entry, to reconstruct its answers.

The analysis reads the answers' rows; the chained log cannot be changed undetected.
Replaying the log gives each answer as last given, so that the two can be compared. An
export's ``verify.py`` implements the same independently.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """An event; ``payload`` is ``None`` where its content has been erased."""

    kind: str
    payload: Mapping[str, Any] | None


class Place(NamedTuple):
    """An answer's place: ``what`` is a criterion, or ``choice``, ``comment``..."""

    what: str
    where: str  # the text's or the case's id


Answers = dict[Place, Any]
OF_A_CASE = {
    "choice_saved": ("choice", ("best", "second", "verdict", "confidence")),
    "comment_saved": ("comment", ("text",)),
    "guess_saved": ("guess", ("letter", "unknown")),
    "own_diagnosis_given": ("own diagnosis", ("label", "confidence")),
}
CLEARED = ("seat_reissued", "consent_withdrawn")
STATES = {
    "case_opened": "open",
    "case_submitted": "submitted",
    "case_cannot_be_judged": "cannot_judge",
    "case_reopened": "open",
}


class Replay:
    """The answers and the raters of the seats after each entry.

    ``homes`` names the seat of each text and case, by its id.
    """

    def __init__(self, homes: Mapping[str, int]) -> None:
        self._homes = homes
        self._of_seat: dict[int, Answers] = defaultdict(dict)
        self.raters: dict[int, int] = {}
        self.consents: dict[int, str] = {}
        self.unreadable: list[str] = []

    @property
    def answers(self) -> Answers:
        return {
            place: value
            for answers in self._of_seat.values()
            for place, value in answers.items()
        }

    def follow(self, entries: Iterable[Entry]) -> Replay:
        """Apply the entries in order; erased ones have no effect."""
        for kind, payload in entries:
            try:
                if payload is not None:
                    self._apply(kind, payload)
            except (KeyError, TypeError) as error:
                self.unreadable.append(f"log: {kind} cannot be replayed ({error})")
        return self

    def _apply(self, kind: str, said: Mapping[str, Any]) -> None:
        if kind == "rating_saved":
            self._put(Place(said["criterion"], said["slot"]), said["value"])
        elif kind in OF_A_CASE:
            what, fields = OF_A_CASE[kind]
            value = [said.get(field) for field in fields]
            self._put(Place(what, said["assignment"]), value)
        elif kind in STATES:
            state = [STATES[kind], said.get("reason", "")]
            self._put(Place("state", said["assignment"]), state)
        elif kind == "rater_seated":
            self.raters[said["seat"]] = said["rater"]
        elif kind == "consent_given":
            self.consents[said["seat"]] = said["version"]
        elif kind in CLEARED:
            self._of_seat.pop(said["seat"], None)
            self.raters.pop(said["seat"], None)
            self.consents.pop(said["seat"], None)

    def _put(self, place: Place, value: Any) -> None:
        self._of_seat[self._homes.get(place.where, 0)][place] = value


UNANSWERED: Mapping[str, Any] = {
    "choice": ["", "", "", None],
    "comment": [""],
    "guess": ["", False],
    "state": ["new", ""],
}


def differences(
    replay: Replay,
    stored: Answers,
    raters: Mapping[int, int],
    consents: Mapping[int, str],
) -> list[str]:
    """Where the rows differ from the log, without revealing any answer."""
    said = replay.answers
    wrong = list(replay.unreadable)
    for place in sorted(said.keys() | stored.keys()):
        empty = UNANSWERED.get(place.what)
        if said.get(place, empty) != stored.get(place, empty):
            wrong.append(
                f"answer: {place.what} of {place.where} is not what the log says"
            )
    wrong += [
        f"seat {seat}: its rater is not whom the log names"
        for seat in sorted(replay.raters.keys() | raters.keys())
        if replay.raters.get(seat) != raters.get(seat)
    ]
    wrong += [
        f"seat {seat}: its consent is not the one that the log names"
        for seat in sorted(replay.consents.keys() | consents.keys())
        if replay.consents.get(seat) != consents.get(seat)
    ]
    return wrong
