"""Whole studies as rows, written by PostgreSQL's COPY; constraints and triggers apply.

Each has cases, seats, assignments, lettered texts with identities, ratings, choices,
comments, guesses, attention, and a chained log with one event for every rating.
"""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from annotations.core.instrument.criteria import CRITERIA
from annotations.core.instrument.protocol import Protocol, protocol_json
from annotations.core.planning.plan import plan_for, plan_json
from annotations.core.proof.chain import GENESIS, Content, next_link

SYSTEMS = ("biogait_full", "biogait_no_bio", "internvl3_5_zero_shot")
BEGUN = datetime(2026, 3, 1, 8, tzinfo=UTC)
TEXT = (
    "1) Final diagnosis class: DCM\n2) Rationale: the cadence of 96 steps/min and a "
    "double support of 34 % speak for a careful, wide gait; swing is 33 % on the left."
)


@dataclass(frozen=True)
class Size:
    """The size of one study."""

    cases: int
    raters: int


def copy_rows(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Copy rows into one table, in the current transaction."""
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


class StudyRows:
    """One study's rows, made table after table from one seeded generator."""

    def __init__(
        self, name: str, size: Size, clips: Sequence[int], raters: Sequence[int]
    ) -> None:
        self.name, self.size, self.clips, self.raters = name, size, clips, raters
        self.chance = random.Random(name)
        self.study = self._id()
        self.cases = [self._id() for _ in range(size.cases)]
        self.seats = [self._id() for _ in range(size.raters)]
        self.readings = [
            (self._id(), self.seats[at % size.raters], case, 1 + at // size.raters)
            for at, case in enumerate(self.cases)
        ]
        self.slots = [
            (self._id(), reading[0], letter)
            for reading in self.readings
            for letter in "ABC"
        ]

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    @transaction.atomic
    def write(self, rationales: dict[tuple[int, str], int], state: str) -> uuid.UUID:
        """Write everything while the study is open; then move it to ``state``."""
        self._study()
        self._design(rationales)
        self._answers()
        self._log()
        with connection.cursor() as cursor:
            steps = ["locked", "unblinded"]
            for step in steps[: (["open", *steps]).index(state)]:
                sql = "UPDATE annotations_study SET state = %s WHERE id = %s"
                cursor.execute(sql, [step, self.study])
        return self.study

    def _study(self) -> None:
        protocol = protocol_json(Protocol())
        places = [[self.size.cases // 3] * 3] * 3
        balance = [
            {"seat": n + 1, "readings": self.size.cases // self.size.raters,
             "patients": [1], "places": places, "same_patient_running": 0}
            for n in range(self.size.raters)
        ]  # fmt: skip
        copy_rows(
            "annotations_study",
            ["id", "name", "purpose", "is_pilot", "state", "protocol", "n_systems",
             "balance", "created_at", "opened_at", "event_count", "event_head"],
            [(self.study, self.name, "scale", False, "open", Jsonb(protocol), 3,
              Jsonb(balance), BEGUN, BEGUN, 0, GENESIS)],
        )  # fmt: skip
        copy_rows(
            "annotations_criterion",
            ["study_id", "key", "title", "question", "low", "high", "rank"],
            [(self.study, c.key, c.title, c.question, c.low, c.high, rank)
             for rank, c in enumerate(CRITERIA, start=1)],
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, key FROM annotations_criterion WHERE study_id = %s "
                "ORDER BY rank",
                [self.study],
            )
            self.criteria = cursor.fetchall()
        plan = plan_json(plan_for(SYSTEMS[0], SYSTEMS, [c.key for c in CRITERIA]))
        copy_rows(
            "annotations_studysecret",
            ["study_id", "seed", "systems", "design", "plan", "leaves"],
            [(self.study, secrets.token_bytes(32), Jsonb(list(SYSTEMS)), Jsonb({}),
              Jsonb(plan), Jsonb([]))],
        )  # fmt: skip

    def _design(self, rationales: dict[tuple[int, str], int]) -> None:
        copy_rows(
            "annotations_case",
            ["id", "study_id", "clip_id", "film", "film_sha256", "film_fps"],
            ((case, self.study, clip, "film.mp4", "0" * 64, 30.0)
             for case, clip in zip(self.cases, self.clips, strict=True)),
        )  # fmt: skip
        copy_rows(
            "annotations_seat",
            ["id", "study_id", "number", "rater_id", "site", "consent_version"],
            ((seat, self.study, n, rater, "", "")
             for n, (seat, rater) in enumerate(
                 zip(self.seats, self.raters, strict=True), start=1)),
        )  # fmt: skip
        copy_rows(
            "annotations_assignment",
            ["id", "seat_id", "case_id", "position", "occasion", "state",
             "opened_at", "submitted_at", "reason"],
            ((one, seat, case, position, 1, "submitted", BEGUN,
              BEGUN + timedelta(minutes=4), "")
             for one, seat, case, position in self.readings),
        )  # fmt: skip
        copy_rows(
            "annotations_slot", ["id", "assignment_id", "letter", "text"],
            ((slot, reading, letter, TEXT) for slot, reading, letter in self.slots),
        )  # fmt: skip
        copy_rows(
            "annotations_slotidentity", ["slot_id", "system", "rationale_id"],
            self._identities(rationales),
        )  # fmt: skip

    def _identities(
        self, rationales: dict[tuple[int, str], int]
    ) -> Iterator[tuple[Any, ...]]:
        slots = iter(self.slots)
        for clip in self.clips:
            for system in self.chance.sample(SYSTEMS, 3):
                yield next(slots)[0], system, rationales[clip, system]

    def _answers(self) -> None:
        self.values = [
            (slot, criterion, key, self.chance.randint(1, 5))
            for slot, _, _ in self.slots
            for criterion, key in self.criteria
        ]
        copy_rows(
            "annotations_rating",
            ["slot_id", "criterion_id", "value", "version", "changed_at",
             "first_value", "modality"],
            ((slot, criterion, value, 1, BEGUN, value, "mouse")
             for slot, criterion, _, value in self.values),
        )  # fmt: skip
        first = {reading: slot for slot, reading, letter in self.slots if letter == "A"}
        second = {
            reading: slot for slot, reading, letter in self.slots if letter == "B"
        }
        ids = [reading[0] for reading in self.readings]
        copy_rows(
            "annotations_choice",
            ["assignment_id", "best_id", "second_id", "version", "verdict"],
            ((one, first[one], second[one], 1, "") for one in ids),
        )  # fmt: skip
        copy_rows(
            "annotations_comment", ["assignment_id", "text", "version"],
            ((one, "slow to the left" if n % 5 == 0 else "", int(n % 5 == 0))
             for n, one in enumerate(ids)),
        )  # fmt: skip
        copy_rows(
            "annotations_guess", ["assignment_id", "is_unknown", "version"],
            ((one, False, 0) for one in ids),
        )  # fmt: skip
        copy_rows(
            "annotations_attention",
            ["assignment_id", "active_s", "watched", "coverage", "film_failures",
             "viewport", "told_at"],
            ((one, 200.0, Jsonb([[0, 4]]), 0.9, 0, "1280x800", BEGUN) for one in ids),
        )  # fmt: skip

    def _log(self) -> None:
        """One event per rating, chained as the site does it."""
        head, links = GENESIS, []
        for sequence, (slot, _, key, value) in enumerate(self.values, start=1):
            payload = {"slot": str(slot), "criterion": key, "before": None,
                       "value": value, "version": 1, "modality": "mouse"}  # fmt: skip
            content = Content("ab" * 16, payload)
            at = BEGUN + timedelta(seconds=sequence)
            written = at.isoformat(timespec="microseconds")
            link = next_link(head, sequence, written, "", "rating_saved", content)
            links.append((at, link))
            head = link.hash
        copy_rows(
            "annotations_event",
            ["study_id", "sequence", "at", "kind", "digest", "previous", "hash"],
            ((self.study, link.sequence, at, link.kind, link.digest, link.previous,
              link.hash) for at, link in links),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM annotations_event WHERE study_id = %s "
                "ORDER BY sequence", [self.study],
            )  # fmt: skip
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                "UPDATE annotations_study SET event_count = %s, event_head = %s "
                "WHERE id = %s", [len(links), head, self.study],
            )  # fmt: skip
        copy_rows(
            "annotations_eventcontent", ["event_id", "salt", "payload"],
            ((event, "ab" * 16, Jsonb(dict(link.content.payload)))
             for event, (_, link) in zip(ids, links, strict=True)
             if link.content is not None),
        )  # fmt: skip
