"""Rows as earlier versions of the site wrote them, through historical models.

Two sealed studies with answers and a chained log: one open, one locked. Protocol, plan
and seal are in the format of the first release, which all later ones must verify.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings

from annotations.core.allocation.design import allocate
from annotations.core.allocation.partition import CaseKey
from annotations.core.instrument.criteria import CRITERIA
from annotations.core.proof.chain import GENESIS, WITHDRAWAL, Content, next_link
from annotations.core.proof.seal import Item, make_seal
from gaitmodel.core.store import file_sha256
from tests import factories

SYSTEMS = ("biogait_full", "biogait_no_bio", "internvl3_5_zero_shot")
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PROTOCOL = {"tie_rule": "forced", "signatories": 2, "correctness": False,
            "confidence": False, "guess": False}  # fmt: skip
OPEN, LOCKED = "open then", "locked then"
ERASED = "practice_finished"
N_CASES, N_RATERS = 4, 2


class OldRows:
    """Writes through historical models, leaving out what a release did not have."""

    def __init__(self, apps: Apps) -> None:
        self.apps = apps

    def has(self, app: str, model: str) -> bool:
        return model.lower() in self.apps.all_models[app]

    def add(self, app: str, model: str, **values: Any) -> Any:
        """One row; fields that its model does not have yet are dropped."""
        kind = self.apps.get_model(app, model)
        known = {field.name for field in kind._meta.get_fields()}
        return kind.objects.create(**{k: v for k, v in values.items() if k in known})

    def fill(self) -> None:
        """Write everything that this schema has room for."""
        clips = [self._clip(number) for number in range(N_CASES)]
        self.add("gaitmodel", "Run", kind="train", system=SYSTEMS[0], state="done",
                 progress=1.0, parameters={"epochs": 2})  # fmt: skip
        self._model_room(clips)
        if self.has("annotations", "Study"):
            for name in (OPEN, LOCKED):
                self._study(name, clips)

    def _clip(self, number: int) -> Any:
        film = Path(settings.CLIP_STORE) / f"walk{number}" / "skeleton.mp4"
        film.parent.mkdir(parents=True, exist_ok=True)
        film.write_bytes(factories.tiny_film().read_bytes())
        subject = self.add("gaitmodel", "Subject", name=f"person{number}")
        clip = self.add(
            "gaitmodel", "Clip", name=f"walk{number}", subject=subject, label="dcm",
            source="manifest", split="test", pose="pose.npy", fps=10.0, state="ready",
            features={"cadence": 100 + number}, annotation={"seconds": [0, 4]},
        )  # fmt: skip
        for system in SYSTEMS:
            self.add("gaitmodel", "Rationale", clip=clip, system=system,
                     text=f"{system} on {number}", prompt_sha256="0" * 64,
                     label="dcm")  # fmt: skip
            self.add("gaitmodel", "Prediction", clip=clip, system=system, label="dcm")
        return clip

    def _model_room(self, clips: list[Any]) -> None:
        later = {
            "Evaluation": {"split": "test", "table": {"systems": {}}},
            "Walkway": {"clip": clips[0], "values": {"cadence": 1}, "source": "w.csv"},
            "FilmReview": {"clip": clips[0], "status": "review", "finding": "a face?",
                           "doubts_sha256": "0" * 64},
        }  # fmt: skip
        for model, values in later.items():
            if self.has("gaitmodel", model):
                self.add("gaitmodel", model, **values)

    def _person(self, name: str) -> Any:
        people = self.apps.get_model("auth", "User").objects
        return people.get_or_create(username=name, defaults={"password": "!"})[0]

    def _study(self, name: str, clips: list[Any]) -> None:
        study = self.add(
            "annotations", "Study", name=name, state="open", n_systems=len(SYSTEMS),
            protocol=PROTOCOL, purpose="an old one", opened_at=NOW,
            balance=[{"seat": 1, "patients": [1], "places": [[1, 1, 1]]}],
        )  # fmt: skip
        criteria = [
            self.add("annotations", "Criterion", study=study, rank=rank,
                     **asdict(one))
            for rank, one in enumerate(CRITERIA, start=1)
        ]  # fmt: skip
        cases = {
            clip.name: self.add(
                "annotations", "Case", study=study, clip=clip, film_fps=10.0,
                film=f"{clip.name}/skeleton.mp4",
                film_sha256=file_sha256(factories.tiny_film()),
            )
            for clip in clips
        }  # fmt: skip
        seats = [
            self.add("annotations", "Seat", study=study, number=number,
                     rater=self._person(f"rater{number}"), consented_at=NOW,
                     consent_version="1")
            for number in range(1, N_RATERS + 1)
        ]  # fmt: skip
        self.said = [
            ("rater_seated", {"seat": seat.number, "rater": seat.rater.pk})
            for seat in seats
        ]
        self.said += [
            ("consent_given", {"seat": seat.number, "version": "1"})
            for seat in seats
            if hasattr(seat, "consented_at")  # the first schema had no consent
        ]
        self._readings(study, criteria, cases, seats)
        if name == LOCKED:
            self.said.append(("study_locked", {}))
            self._codes(study)
        times = self._log(study)
        kind = self.apps.get_model("annotations", "Study").objects.filter(pk=study.pk)
        kind.update(opened_at=times["study_opened"])
        if name == LOCKED:
            kind.update(state="locked", locked_at=times["study_locked"])

    def _readings(
        self, study: Any, criteria: list[Any], cases: dict[str, Any], seats: list[Any]
    ) -> None:
        """Allocate, score, and seal what was allocated."""
        seed = bytes(range(32))
        keys = [
            CaseKey(case.clip.name, case.clip.subject.name) for case in cases.values()
        ]
        allocation = allocate(keys, N_RATERS, len(SYSTEMS), seed)
        items = []
        for reading in allocation.readings:
            case = cases[reading.case.case]
            row = self.add(
                "annotations", "Assignment", seat=seats[reading.rater], case=case,
                position=reading.position, occasion=reading.occasion, state="open",
                opened_at=NOW,
            )  # fmt: skip
            slots = [
                self._slot(row, letter, SYSTEMS[allocation.systems[masked]], case)
                for letter, masked in zip("ABC", reading.order, strict=True)
            ]
            self.said.append(("case_opened", {"assignment": str(row.pk)}))
            self._answers(row, [slot for slot, _ in slots], criteria)
            facts = {
                "seat": row.seat.number, "case": str(case.pk),
                "position": row.position, "occasion": row.occasion,
                "slots": [fact for _, fact in slots],
            }  # fmt: skip
            items.append(Item(f"assignment {row.pk}", facts))
        self._seal(study, criteria, cases, keys, seed, items)

    def _slot(self, row: Any, letter: str, system: str, case: Any) -> tuple[Any, Any]:
        import hashlib

        rationale = case.clip.rationales.get(system=system)
        slot = self.add(
            "annotations", "Slot", assignment=row, letter=letter, text=rationale.text
        )
        self.add(
            "annotations", "SlotIdentity", slot=slot, system=system, rationale=rationale
        )
        fact = {
            "slot": str(slot.pk), "letter": letter, "system": system,
            "rationale": rationale.pk,
            "text_sha256": hashlib.sha256(slot.text.encode()).hexdigest(),
        }  # fmt: skip
        return slot, fact

    def _answers(self, row: Any, slots: list[Any], criteria: list[Any]) -> None:
        """A value in every cell except the last, which is still unanswered."""
        cells = [(slot, criterion) for slot in slots for criterion in criteria]
        for turn, (slot, criterion) in enumerate(cells):
            value = 1 + turn % 5 if turn < len(cells) - 1 else None
            self.add(
                "annotations", "Rating", slot=slot, criterion=criterion, value=value,
                version=int(value is not None), first_value=value, modality="keys",
                changed_at=NOW if value else None,
            )  # fmt: skip
            if value is not None:
                said = {
                    "slot": str(slot.pk),
                    "criterion": criterion.key,
                    "value": value,
                }
                self.said.append(("rating_saved", said))
        self.add(
            "annotations", "Choice", assignment=row, best=slots[0], second=slots[1]
        )
        self.add("annotations", "Comment", assignment=row, text="slow")
        self.add("annotations", "Guess", assignment=row, slot=slots[2])
        case = {"assignment": str(row.pk)}
        self.said += [
            ("choice_saved", {**case, "best": "A", "second": "B", "verdict": "",
                              "confidence": None}),
            ("comment_saved", {**case, "text": "slow"}),
            ("guess_saved", {**case, "letter": "C", "unknown": False}),
        ]  # fmt: skip
        self._later_answers(row)

    def _later_answers(self, row: Any) -> None:
        later = {
            "OwnDiagnosis": {"assignment": row, "label": "dcm", "given_at": NOW},
            "Attention": {"assignment": row, "active_s": 9.5, "told_at": NOW},
        }
        for model, values in later.items():
            if self.has("annotations", model):
                self.add("annotations", model, **values)
        if self.has("annotations", "OwnDiagnosis"):
            said = {"assignment": str(row.pk), "label": "dcm", "confidence": None}
            self.said.append(("own_diagnosis_given", said))

    def _codes(self, study: Any) -> None:
        """Comments of a locked study, coded when the log told of the codebook alone."""
        if not self.has("annotations", "CommentCoding"):
            return
        codes = [{"key": "a", "meaning": "names a joint"}]
        self.add("annotations", "Codebook", study=study, codes=codes)
        self.said.append(("codebook_written", {"codes": codes}))
        kind = self.apps.get_model("annotations", "Comment")
        for comment in kind.objects.filter(assignment__seat__study=study):
            self.add(
                "annotations", "CommentCoding", comment=comment,
                coder=self._person("coder"), keys=["a"],
            )  # fmt: skip

    def _seal(
        self, study: Any, criteria: list[Any], cases: dict[str, Any],
        keys: list[CaseKey], seed: bytes, readings: list[Item],
    ) -> None:  # fmt: skip
        design = {"n_raters": N_RATERS, "overlap": 0, "repeats": 0,
                  "cases": [asdict(key) for key in keys]}  # fmt: skip
        plan = {"target": SYSTEMS[0]}
        texts = [[c.key, c.title, c.question, c.low, c.high] for c in criteria]
        items = [
            Item("protocol", {"name": study.name, "purpose": study.purpose,
                              "pilot": False, "protocol": PROTOCOL,
                              "criteria": texts}),
            Item("plan", plan),
            Item("seed", {"seed": seed.hex(), "systems": list(SYSTEMS)}),
            Item("design", design),
            *(
                Item(f"case {case.pk}", {
                    "clip": case.clip.name, "film": case.film,
                    "film_sha256": case.film_sha256, "film_fps": case.film_fps,
                })
                for case in sorted(cases.values(), key=lambda case: case.pk)
            ),
            *readings,
        ]  # fmt: skip
        sealed = make_seal(items, [secrets.token_bytes(32) for _ in items])
        self.add("annotations", "Seal", study=study, root=sealed.root, sealed_at=NOW)
        self.said.insert(0, ("study_opened", {"root": sealed.root}))
        self.add(
            "annotations", "StudySecret", study=study, seed=seed, plan=plan,
            systems=list(SYSTEMS), design=design,
            leaves=[asdict(leaf) for leaf in sealed.leaves],
        )  # fmt: skip

    def _log(self, study: Any) -> dict[str, datetime]:
        """The answers as chained events, after those of a rater who withdrew.

        Returns the time of each kind's last event.
        """
        head, lead = GENESIS, self._person("lead")
        withdrawn = (ERASED, {"seat": 1}), (WITHDRAWAL, {"seat": 1})
        events: list[tuple[str, dict[str, Any]]] = [*withdrawn, *self.said]
        for turn, (name, payload) in enumerate(events):
            actor = self._person("withdrew") if name == ERASED else lead
            at = NOW + timedelta(minutes=turn)
            content = Content(secrets.token_hex(16), payload)
            link = next_link(
                head, turn + 1, at.isoformat(timespec="microseconds"),
                str(actor.pk), name, content,
            )  # fmt: skip
            event = self.add(
                "annotations", "Event", study=study, sequence=link.sequence, at=at,
                actor=actor, kind=link.kind, digest=link.digest, hash=link.hash,
                previous=link.previous,
            )  # fmt: skip
            if name != ERASED:
                self.add("annotations", "EventContent", event=event,
                         salt=content.salt, payload=content.payload)  # fmt: skip
            head = link.hash
        kind = self.apps.get_model("annotations", "Study")
        kind.objects.filter(pk=study.pk).update(
            event_count=len(events), event_head=head
        )
        minutes = {name: turn for turn, (name, _) in enumerate(events)}
        return {name: NOW + timedelta(minutes=turn) for name, turn in minutes.items()}
