"""What raters answer: NULL until answered, in every layer; frozen once locked.

The rows are created with the study, so an answer is always a conditional update of one
known row, and two browser tabs cannot create two.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from annotations.models.study import Assignment, Criterion, Slot


class Versioned(models.Model):
    """An answer that can be overwritten only by someone who has seen its last value."""

    version = models.PositiveIntegerField(default=0)
    last_key = models.UUIDField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Modality(models.TextChoices):
    """How an answer was entered."""

    KEYS = "keys", "keyboard"
    MOUSE = "mouse", "mouse"
    TOUCH = "touch", "touch"
    PEN = "pen", "pen"
    FORM = "form", "the whole page at once"


class Rating(Versioned):
    """One cell of the score sheet: one criterion for one lettered text."""

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="ratings")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="ratings")
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    # The value's history: the first one given, and how the last one was entered.
    # The number of changes is ``version``.
    first_value = models.PositiveSmallIntegerField(null=True, blank=True)
    modality = models.CharField(max_length=5, choices=Modality.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "criterion"], name="rating_once_per_slot_criterion"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=1) & Q(value__lte=5),
                name="rating_value_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(first_value__isnull=True)
                | Q(first_value__gte=1) & Q(first_value__lte=5),
                name="rating_first_value_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return str(self.value)


class Choice(Versioned):
    """Best and second best of a case, or what the tie rule allows instead."""

    class Verdict(models.TextChoices):
        PICKED = "", "best and second"
        TIE = "tie", "no clear best"
        NONE = "none", "none is acceptable"

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="choice")
    best = models.ForeignKey(
        Slot, models.PROTECT, related_name="+", null=True, blank=True
    )
    second = models.ForeignKey(
        Slot, models.PROTECT, related_name="+", null=True, blank=True
    )
    verdict = models.CharField(max_length=4, choices=Verdict.choices, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(best=F("second")), name="choice_best_is_not_second"
            ),
            models.CheckConstraint(
                condition=Q(verdict="") | Q(best__isnull=True) & Q(second__isnull=True),
                name="choice_tie_or_none_has_no_best",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True)
                | Q(confidence__gte=1) & Q(confidence__lte=3),
                name="choice_confidence_1_to_3",
            ),
        ]

    def __str__(self) -> str:
        return f"choice of {self.assignment_id}"


class Comment(Versioned):
    """A rater's free text about one case."""

    assignment = models.OneToOneField(
        Assignment, models.PROTECT, related_name="comment"
    )
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.text[:40]


class Guess(Versioned):
    """Which text the rater thinks is by the authors' system: measures the blinding."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="guess")
    slot = models.ForeignKey(
        Slot, models.PROTECT, related_name="+", null=True, blank=True
    )
    is_unknown = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "guesses"
        constraints = [
            models.CheckConstraint(
                condition=Q(slot__isnull=True) | Q(is_unknown=False),
                name="guess_names_a_slot_or_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"guess of {self.assignment_id}"


class OwnDiagnosis(models.Model):
    """The rater's diagnosis of the walk before reading any text; given once."""

    assignment = models.OneToOneField(
        Assignment, models.PROTECT, primary_key=True, related_name="own_diagnosis"
    )
    label = models.CharField(max_length=40)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "own diagnoses"
        constraints = [
            models.CheckConstraint(
                condition=~Q(label=""), name="own_diagnosis_names_a_class"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True)
                | Q(confidence__gte=1) & Q(confidence__lte=3),
                name="own_diagnosis_confidence_1_to_3",
            ),
        ]

    def __str__(self) -> str:
        return f"own diagnosis of {self.assignment_id}"


class Attention(models.Model):
    """How a case was read: active time, film watched, and the device used.

    Active seconds exclude pauses and times when the page is hidden; ``watched`` holds
    the played stretches of the film in seconds, ``coverage`` their share of it.
    """

    assignment = models.OneToOneField(
        Assignment, models.PROTECT, primary_key=True, related_name="attention"
    )
    active_s = models.FloatField(default=0)
    first_answer_s = models.FloatField(null=True, blank=True)
    watched = models.JSONField(default=list)
    coverage = models.FloatField(null=True, blank=True)
    film_failures = models.PositiveIntegerField(default=0)
    viewport = models.CharField(max_length=40, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "attention"
        constraints = [
            models.CheckConstraint(
                condition=Q(active_s__gte=0), name="attention_active_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(coverage__isnull=True)
                | Q(coverage__gte=0) & Q(coverage__lte=1),
                name="attention_coverage_0_to_1",
            ),
        ]

    def __str__(self) -> str:
        return f"attention to {self.assignment_id}"
