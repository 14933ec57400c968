"""The study as a rater may know it: cases, seats, assignments, lettered slots.

Everything that can appear in a rater's URL has a random UUID4: serial numbers would
reveal the order in which rows were created.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from annotations.core.instrument.protocol import Protocol, protocol_from
from annotations.core.proof.chain import GENESIS
from gaitmodel.models import Clip


class Study(models.Model):
    """One blinded comparison; its state only ever moves forward."""

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        OPEN = "open", "open"
        LOCKED = "locked", "locked"
        UNBLINDED = "unblinded", "unblinded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    purpose = models.TextField(blank=True)
    is_pilot = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    protocol = models.JSONField(default=dict)
    n_systems = models.PositiveSmallIntegerField()
    balance = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    unblinded_at = models.DateTimeField(null=True, blank=True)
    # The log's length and head are kept outside it, as a chain cannot show that its own
    # end was cut off.
    event_count = models.PositiveIntegerField(default=0)
    event_head = models.CharField(max_length=64, default=GENESIS)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "locked", "unblinded"]),
                name="study_state_known",
            ),
            models.CheckConstraint(
                condition=Q(n_systems__gte=2) & Q(n_systems__lte=6),
                name="study_two_to_six_systems",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rules(self) -> Protocol:
        """The protocol as a record."""
        return protocol_from(self.protocol)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_unblinded(self) -> bool:
        return self.state == self.State.UNBLINDED


class Criterion(models.Model):
    """One row of this study's score sheet, copied so that it can be sealed."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="criteria")
    key = models.SlugField(max_length=40)
    title = models.CharField(max_length=120)
    question = models.TextField()
    low = models.CharField(max_length=60)
    high = models.CharField(max_length=60)
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rank"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(
                fields=["study", "key"], name="criterion_key_once_per_study"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Case(models.Model):
    """One clip of the study with the exact film that raters see."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="cases")
    clip = models.ForeignKey(Clip, models.PROTECT, related_name="+")
    film = models.CharField(max_length=300)
    film_sha256 = models.CharField(max_length=64)
    film_fps = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["study", "clip"], name="case_clip_once_per_study"
            ),
            models.CheckConstraint(
                condition=Q(film_fps__gt=0), name="case_film_fps_positive"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Seat(models.Model):
    """A rater's place in the allocation; its rater is known only after sealing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    study = models.ForeignKey(Study, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="seats",
        null=True,
        blank=True,
    )
    # Where the rater works; determines which consent form they are shown.
    site = models.CharField(max_length=80, blank=True)
    consent_version = models.CharField(max_length=40, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    instructed_at = models.DateTimeField(null=True, blank=True)
    practised_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "number"], name="seat_number_once_per_study"
            ),
            models.UniqueConstraint(
                fields=["study", "rater"], name="seat_rater_once_per_study"
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.number}"


class Assignment(models.Model):
    """One reading of one case by the rater in one seat."""

    class State(models.TextChoices):
        NEW = "new", "not opened"
        OPEN = "open", "in progress"
        SUBMITTED = "submitted", "submitted"
        CANNOT_JUDGE = "cannot_judge", "cannot judge"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="assignments")
    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments")
    position = models.PositiveSmallIntegerField()
    occasion = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    opened_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["seat__number", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat", "case", "occasion"],
                name="assignment_once_per_seat_case_occasion",
            ),
            models.UniqueConstraint(
                fields=["seat", "position"], name="assignment_position_once_per_seat"
            ),
            models.CheckConstraint(
                condition=~Q(state="cannot_judge") | ~Q(reason=""),
                name="assignment_cannot_judge_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_done(self) -> bool:
        return self.state in (self.State.SUBMITTED, self.State.CANNOT_JUDGE)


class Slot(models.Model):
    """One lettered text of one assignment; its system is recorded in the vault only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="slots")
    letter = models.CharField(max_length=1)
    text = models.TextField()

    class Meta:
        ordering = ["letter"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "letter"], name="slot_letter_once"
            ),
            models.CheckConstraint(
                condition=Q(letter__in=list("ABCDEF")), name="slot_letter_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
