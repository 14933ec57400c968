"""Strict forms for what browsers send: a score is one of five digits or nothing."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import QueryDict

from annotations.core.instrument.criteria import LIKERT
from annotations.models import Choice, Modality
from annotations.selectors.blinded import BlindedCase, BlindedCell
from annotations.services.attending import Beat
from annotations.services.sheet import CellAnswer, Sheet
from annotations.services.verdicts import Picks
from gaitmodel.core.taxonomy import CLASSES

DIGITS = [("", "no answer"), *((str(point), str(point)) for point in LIKERT)]
CONFIDENCE = [("", "no answer"), ("1", "low"), ("2", "medium"), ("3", "high")]


class VersionedForm(forms.Form):
    """Carries the version of the answer that the page shows, and the write's own key.

    ``earlier`` are the keys of the page's unacknowledged writes.
    """

    version = forms.IntegerField(min_value=0, max_value=2**31 - 2)
    key = forms.UUIDField(required=False)
    earlier = forms.CharField(max_length=400, required=False)

    def clean_earlier(self) -> tuple[UUID, ...]:
        try:
            return tuple(UUID(word) for word in self.cleaned_data["earlier"].split())
        except ValueError as error:
            raise forms.ValidationError("an earlier key is no key") from error


class CellForm(VersionedForm):
    """One cell of the score sheet; empty clears it."""

    value = forms.TypedChoiceField(
        choices=DIGITS, coerce=int, empty_value=None, required=False
    )
    modality = forms.ChoiceField(choices=Modality.choices, required=False)


class ChoiceForm(VersionedForm):
    """Best and second best by letter."""

    best = forms.CharField(max_length=1, required=False)
    second = forms.CharField(max_length=1, required=False)
    verdict = forms.ChoiceField(choices=Choice.Verdict.choices, required=False)
    confidence = forms.TypedChoiceField(
        choices=CONFIDENCE, coerce=int, empty_value=None, required=False
    )

    def picks(self) -> Picks:
        """The choice as the service takes it."""
        cleaned = self.cleaned_data
        return Picks(
            best=cleaned["best"],
            second=cleaned["second"],
            verdict=cleaned["verdict"],
            confidence=cleaned["confidence"],
        )


class Words(forms.CharField):
    """Free text of several lines.

    A plain form submission ends each line with CR LF, which the page's script counts as
    one character.
    """

    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class CommentForm(VersionedForm):
    """Free text."""

    text = Words(max_length=4000, required=False)


class GuessForm(VersionedForm):
    """A letter, "unknown", or nothing yet."""

    answer = forms.RegexField(r"^([A-F]|unknown)$", required=False)


class ConsentAnswer(forms.Form):
    """The checkbox that gives consent."""

    agree = forms.BooleanField()


class DiagnosisForm(forms.Form):
    """The rater's own diagnosis; confidence where the protocol asks for it."""

    label = forms.ChoiceField(
        choices=[(key.value, key.display_name) for key in CLASSES]
    )
    confidence = forms.TypedChoiceField(
        choices=CONFIDENCE, coerce=int, empty_value=None, required=False
    )


class BeatForm(forms.Form):
    """What a page recorded since its last beat; seconds, and stretches "0.0-2.5"."""

    active_s = forms.FloatField(min_value=0)
    film_s = forms.FloatField(min_value=0, required=False)
    film_failures = forms.IntegerField(min_value=0, max_value=1000, required=False)
    first_answer = forms.BooleanField(required=False)
    watched = forms.RegexField(
        r"^(\d{1,6}(\.\d{1,6})?-\d{1,6}(\.\d{1,6})?"
        r"( \d{1,6}(\.\d{1,6})?-\d{1,6}(\.\d{1,6})?)*)?$",
        max_length=4000,
        required=False,
    )
    viewport = forms.RegexField(r"^\d{1,5}x\d{1,5}@\d(\.\d+)?$", required=False)

    def beat(self) -> Beat:
        """The beat as the service takes it."""
        cleaned = self.cleaned_data
        stretches = [part.split("-") for part in cleaned["watched"].split()]
        return Beat(
            active_s=cleaned["active_s"],
            watched=[(float(start), float(end)) for start, end in stretches],
            film_s=cleaned["film_s"],
            film_failures=cleaned["film_failures"] or 0,
            has_answered=cleaned["first_answer"],
            viewport=cleaned["viewport"],
        )


class ReasonForm(forms.Form):
    """Why a video cannot be judged."""

    reason = Words(
        max_length=1000,
        error_messages={"required": "Say in a few words what is wrong with the video."},
    )


class InvitationForm(forms.Form):
    """The password of a new account."""

    password = forms.CharField(max_length=200, required=False, strip=False)


class EmailsForm(forms.Form):
    """Addresses to invite, one per line or separated by commas."""

    emails = forms.CharField(max_length=4000)
    site = forms.CharField(max_length=80, required=False)

    def clean_emails(self) -> list[str]:
        text = self.cleaned_data["emails"].replace(",", "\n")
        return [line.strip() for line in text.splitlines() if line.strip()]


class PasswordForm(forms.Form):
    """The user's password again, before an irreversible act."""

    password = forms.CharField(max_length=200, strip=False)


class UnblindForm(PasswordForm):
    """A signature: the password again, and the reason."""

    reason = forms.CharField(max_length=1000)


class EmergencyForm(UnblindForm):
    """Which case to unblind."""

    case = forms.UUIDField()


class ReissueForm(UnblindForm):
    """Which seat to reissue."""

    number = forms.IntegerField(min_value=1)


class SheetForm:
    """The whole page as one POST: a form per answer, all validated."""

    def __init__(self, data: QueryDict, shown: BlindedCase) -> None:
        self.cells = [
            (cell, CellForm(data, prefix=cell.name))
            for row in shown.rows
            for cell in row.cells
        ]
        self.choice = ChoiceForm(data, prefix="choice")
        self.comment = CommentForm(data, prefix="comment")
        self.guess = GuessForm(data, prefix="guess")
        self.asks_guess = shown.rules.guess
        self.cleared = data.get("clear", "")

    def problem(self) -> str:
        """One sentence about the first invalid answer; empty if there is none."""
        forms_ = [form for _, form in self.cells] + [self.choice, self.comment]
        for form in forms_ + ([self.guess] if self.asks_guess else []):
            if not form.is_valid():
                return first_error(form)
        return ""

    def sheet(self) -> Sheet:
        """The answers, once ``problem`` has found none."""
        guess = self.guess.cleaned_data if self.asks_guess else {}
        return Sheet(
            cells=[self._cell(cell, form) for cell, form in self.cells],
            picks=self.choice.picks(),
            picks_version=self.choice.cleaned_data["version"],
            comment=self.comment.cleaned_data["text"],
            comment_version=self.comment.cleaned_data["version"],
            guess=guess.get("answer", ""),
            guess_version=guess.get("version", 0),
        )

    def _cell(self, cell: BlindedCell, form: CellForm) -> CellAnswer:
        value = form.cleaned_data["value"]
        return CellAnswer(
            letter=cell.letter,
            criterion=cell.criterion,
            value=None if self.cleared == cell.name else value,
            version=form.cleaned_data["version"],
        )


def first_error(form: forms.Form) -> str:
    """One sentence about the first error."""
    name, errors = next(iter(form.errors.items()))
    return f"{name}: {str(errors[0]).rstrip('.')}"
