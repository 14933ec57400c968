"""What the API returns and accepts, field by field."""

from __future__ import annotations

from rest_framework import serializers

from annotations.models import Modality


class OptionOut(serializers.Serializer[object]):
    """One lettered text."""

    letter = serializers.CharField()
    text = serializers.CharField()


class CellOut(serializers.Serializer[object]):
    """One cell of the score sheet; ``value`` is null until it is given."""

    letter = serializers.CharField()
    criterion = serializers.CharField()
    value = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()


class RowOut(serializers.Serializer[object]):
    """One criterion with a cell per letter."""

    key = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    low = serializers.CharField()
    high = serializers.CharField()
    cells = CellOut(many=True)


class PicksOut(serializers.Serializer[object]):
    """Best, second best and what else was answered about the case as a whole."""

    best = serializers.CharField(allow_blank=True)
    second = serializers.CharField(allow_blank=True)
    verdict = serializers.CharField(allow_blank=True)
    confidence = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()


class CaseLineOut(serializers.Serializer[object]):
    """One line of a rater's list."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.CharField()
    is_done = serializers.BooleanField()


class CaseOut(serializers.Serializer[object]):
    """One blinded case, as its page shows it."""

    number = serializers.IntegerField()
    total = serializers.IntegerField()
    film_fps = serializers.FloatField()
    options = OptionOut(many=True)
    rows = RowOut(many=True)
    picks = PicksOut()
    missing = serializers.ListField(child=serializers.CharField())


class CellIn(serializers.Serializer[object]):
    """A score with the version that it replaces; null clears it."""

    value = serializers.IntegerField(min_value=1, max_value=5, allow_null=True)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 2)
    key = serializers.UUIDField(required=False, allow_null=True, default=None)
    modality = serializers.ChoiceField(
        choices=Modality.choices, required=False, default=Modality.FORM
    )


class PicksIn(serializers.Serializer[object]):
    """Best and second best by letter, with the version that they replace."""

    best = serializers.RegexField(r"^[A-F]?$", allow_blank=True, default="")
    second = serializers.RegexField(r"^[A-F]?$", allow_blank=True, default="")
    verdict = serializers.ChoiceField(
        choices=["", "tie", "none"], allow_blank=True, default=""
    )
    confidence = serializers.IntegerField(
        min_value=1, max_value=3, allow_null=True, default=None
    )
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 2)


class SavedOut(serializers.Serializer[object]):
    """An acknowledged write: the next version, and what is still missing."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    missing = serializers.ListField(child=serializers.CharField())


class ProblemOut(serializers.Serializer[object]):
    """One sentence why not."""

    detail = serializers.CharField()


class StudyOut(serializers.Serializer[object]):
    """A study as a lead may know it while it is blind."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    is_pilot = serializers.BooleanField()
    n_systems = serializers.IntegerField()
    opened_at = serializers.DateTimeField(allow_null=True)
    locked_at = serializers.DateTimeField(allow_null=True)
    unblinded_at = serializers.DateTimeField(allow_null=True)


class SeatOut(serializers.Serializer[object]):
    """How far one rater is: counts and pace, never a score."""

    number = serializers.IntegerField()
    rater = serializers.CharField(allow_blank=True)
    total = serializers.IntegerField()
    submitted = serializers.IntegerField()
    cannot_judge = serializers.IntegerField()
    median_minutes = serializers.FloatField(allow_null=True)


class ImportIn(serializers.Serializer[object]):
    """A manifest in the server's import folder, by its name there."""

    manifest = serializers.RegexField(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,80}$")


class ImportOut(serializers.Serializer[object]):
    """What an import brought in."""

    clips = serializers.IntegerField()
