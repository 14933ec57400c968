"""The record of what was done: chained events, the seal, signatures, invitations."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from annotations.models.study import Seat, Study

UNFORESEEN = (
    "case_cannot_be_judged",
    "case_reopened",
    "case_unblinded",
    "consent_withdrawn",
    "seat_reissued",
    "texts_shared",
)


class Event(models.Model):
    """One entry of a study's log. The database refuses to change or remove it."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    kind = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "sequence"], name="event_sequence_once_per_study"
            ),
        ]
        # A study's page lists the few that the protocol did not foresee, of a log that
        # has one entry for every answer.
        indexes = [
            models.Index(
                fields=["study", "sequence"],
                condition=models.Q(kind__in=UNFORESEEN),
                name="event_unforeseen",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"


class EventContent(models.Model):
    """An event's payload, apart from it: it can be erased and the chain still holds."""

    event = models.OneToOneField(
        Event, models.PROTECT, primary_key=True, related_name="content"
    )
    salt = models.CharField(max_length=64)
    payload = models.JSONField()

    def __str__(self) -> str:
        return f"content of {self.event_id}"


class Seal(models.Model):
    """The public half of the commitment; its nonces lie in the vault."""

    study = models.OneToOneField(
        Study, models.PROTECT, primary_key=True, related_name="seal"
    )
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.root


class Signature(models.Model):
    """One lead's signature under the unblinding, with the reason."""

    study = models.ForeignKey(Study, models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    reason = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "signer"], name="signature_once_per_signer"
            ),
        ]

    def __str__(self) -> str:
        return f"signature of {self.signer_id}"


class Invitation(models.Model):
    """A one-time link to a seat; only the token's hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="invitations")
    email = models.EmailField()
    site = models.CharField(max_length=80, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation of {self.email}"


class PresentationReview(models.Model):
    """A lead's signature under how the texts are shown: both hashes, and by which rule."""

    study = models.OneToOneField(
        Study, models.PROTECT, primary_key=True, related_name="presentation"
    )
    rule = models.CharField(max_length=40)
    raw_sha256 = models.CharField(max_length=64)
    shown_sha256 = models.CharField(max_length=64)
    n_changed = models.PositiveIntegerField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"presentation of {self.study_id}"
