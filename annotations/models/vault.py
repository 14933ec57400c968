"""The vault: the only rows from which anyone could learn which system wrote a text.

No rater's request may touch these tables (``annotations.vault`` refuses), and of the
leads' acts only those that must: creating, sealing, verifying, unblinding.
"""

from __future__ import annotations

from django.db import models

from annotations.models.study import Slot, Study
from gaitmodel.models import Rationale


class SlotIdentity(models.Model):
    """Which system's rationale a slot shows."""

    slot = models.OneToOneField(
        Slot, models.PROTECT, primary_key=True, related_name="identity"
    )
    system = models.CharField(max_length=60)
    rationale = models.ForeignKey(Rationale, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "slot identities"

    def __str__(self) -> str:
        return "(sealed)"


class StudySecret(models.Model):
    """Secrets from which identities could be derived: seed, systems, plan, nonces."""

    study = models.OneToOneField(
        Study, models.PROTECT, primary_key=True, related_name="secret"
    )
    seed = models.BinaryField(max_length=32)
    systems = models.JSONField()
    design = models.JSONField()
    plan = models.JSONField()
    leaves = models.JSONField(default=list)

    def __str__(self) -> str:
        return "(sealed)"


class IdentifiabilityAudit(models.Model):
    """How well a classifier distinguishes the systems; kept here as it names them."""

    study = models.OneToOneField(
        Study, models.PROTECT, primary_key=True, related_name="identifiability"
    )
    report = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return "(sealed)"
