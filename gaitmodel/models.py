"""Database models: subjects, clips, runs, predictions, rationales."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from gaitmodel.core.records import Split
from gaitmodel.core.taxonomy import GaitClass


def gait_class_choices() -> list[tuple[str, str]]:
    return [(member.value, member.display_name) for member in GaitClass]


def split_choices() -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in Split]


class Subject(models.Model):
    """One walker; for GAVD, a video id serves as one."""

    name = models.CharField(max_length=120, unique=True)

    def __str__(self) -> str:
        return self.name


class Clip(models.Model):
    """One walk of one subject, with its source files and its state."""

    class State(models.TextChoices):
        IMPORTED = "imported", "imported"
        READY = "ready", "ready"
        FAILED = "failed", "failed"

    name = models.CharField(max_length=120, unique=True)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="clips")
    label = models.CharField(max_length=32, choices=gait_class_choices)
    source = models.CharField(max_length=60)
    split = models.CharField(max_length=8, choices=split_choices, blank=True)
    video = models.CharField(max_length=1000, blank=True)
    pose = models.CharField(max_length=1000, blank=True)
    fps = models.FloatField(null=True, blank=True)
    annotation = models.JSONField(null=True, blank=True)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.IMPORTED
    )
    reason = models.TextField(blank=True)
    features = models.JSONField(null=True, blank=True)
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~(Q(video="") & Q(pose="")),
                name="clip_has_video_or_pose",
            ),
            models.CheckConstraint(
                condition=Q(fps__isnull=True) | Q(fps__gt=0), name="clip_fps_positive"
            ),
        ]
        indexes = [models.Index(fields=["split", "label"])]

    def __str__(self) -> str:
        return self.name


class FilmReview(models.Model):
    """A film whose de-identification left a doubt, and a person's decision about it."""

    class Decision(models.TextChoices):
        WAITING = "waiting", "waiting for a person"
        ACCEPTED = "accepted", "accepted"
        WIDER = "wider", "to be covered more widely"
        SETTLED = "settled", "passed"

    clip = models.OneToOneField(Clip, models.PROTECT, related_name="film_review")
    status = models.CharField(max_length=10)
    finding = models.TextField()
    doubts = models.JSONField(default=list, blank=True)
    doubts_sha256 = models.CharField(max_length=64)
    wider = models.FloatField(default=1.0)
    decision = models.CharField(
        max_length=10, choices=Decision.choices, default=Decision.WAITING
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["found_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wider__gte=1), name="film_review_never_narrower"
            ),
            models.CheckConstraint(
                condition=~Q(decision="accepted")
                | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="film_review_accepted_by_somebody_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clip}: {self.decision}"

    @property
    def can_be_accepted(self) -> bool:
        """Whether all detections are weak: a certain face must be covered."""
        return self.status == "review"


class Walkway(models.Model):
    """A gait mat's parameters of a clip's walk, by our metric keys."""

    clip = models.OneToOneField(Clip, models.PROTECT, related_name="walkway")
    values = models.JSONField()
    source = models.CharField(max_length=200)
    imported_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["clip__name"]

    def __str__(self) -> str:
        return f"{self.clip}: {self.source}"


class Run(models.Model):
    """One piece of model work: claimed by one worker, monitored by its heartbeat."""

    class Kind(models.TextChoices):
        TRAIN = "train", "training"
        GENERATE = "generate", "rationale generation"
        TRIAL = "trial", "trial of a worker"

    class Priority(models.IntegerChoices):
        LOW = -10, "low"
        NORMAL = 0, "normal"
        HIGH = 10, "high"

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    system = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    priority = models.SmallIntegerField(
        choices=Priority.choices, default=Priority.NORMAL, db_default=Priority.NORMAL
    )
    processes = models.PositiveSmallIntegerField(  # one per device
        default=1, db_default=1, validators=[MinValueValidator(1)]
    )
    # A new token at each claim, so that an earlier worker can no longer write.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    worker = models.CharField(max_length=120, blank=True, db_default="")
    progress = models.FloatField(default=0.0)
    stage = models.CharField(max_length=200, blank=True)
    device_memory_mb = models.PositiveIntegerField(null=True, blank=True)
    log_tail = models.TextField(blank=True, db_default="")
    reason = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__gte=0) & Q(progress__lte=1),
                name="run_progress_is_a_share",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "-priority", "created_at"], name="run_waiting_first"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.system} ({self.state})"

    @property
    def is_finished(self) -> bool:
        return self.state not in (self.State.QUEUED, self.State.RUNNING)

    @property
    def systems(self) -> str:
        """Its system, or a generation's systems, in words."""
        return ", ".join(self.system.split(","))

    @property
    def percent(self) -> int:
        return round(100 * self.progress)

    @property
    def left(self) -> timedelta | None:
        """Estimated time left, at the rate since it was claimed."""
        if self.state != self.State.RUNNING or self.progress < 0.02:
            return None
        if self.started_at is None or self.heartbeat_at is None:
            return None
        spent = self.heartbeat_at - self.started_at
        return spent * (1 - self.progress) / self.progress


class Prediction(models.Model):
    """A system's class for a clip; the latest row per (system, clip) is valid."""

    clip = models.ForeignKey(Clip, models.PROTECT, related_name="predictions")
    system = models.CharField(max_length=60)
    checkpoint = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=32, choices=gait_class_choices)
    probabilities = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["system", "clip"])]

    def __str__(self) -> str:
        return f"{self.system}: {self.label}"


class Rationale(models.Model):
    """A system's answer for a clip; the latest row per (system, clip) is valid."""

    clip = models.ForeignKey(Clip, models.PROTECT, related_name="rationales")
    system = models.CharField(max_length=60)
    checkpoint = models.CharField(max_length=200, blank=True)
    label = models.CharField(max_length=32, choices=gait_class_choices, blank=True)
    text = models.TextField()
    prompt_sha256 = models.CharField(max_length=64)
    evidence = models.JSONField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["system", "clip"])]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="rationale_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.text[:40]}"


class Evaluation(models.Model):
    """Table 1 of one split as it was printed, for the lead's page."""

    split = models.CharField(max_length=8, choices=split_choices)
    table = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.split}: {', '.join(self.table.get('systems', {}))}"
