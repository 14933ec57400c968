"""What browsers send, read strictly: a score is one of five digits or nothing."""

from __future__ import annotations

from django import forms

from annotations.core.criteria import LIKERT
from annotations.models import Choice

DIGITS = [("", "no answer"), *((str(point), str(point)) for point in LIKERT)]
CONFIDENCE = [("", "no answer"), ("1", "low"), ("2", "medium"), ("3", "high")]


class VersionedForm(forms.Form):
    """Carries which version of the answer the page shows, and the write's own key."""

    version = forms.IntegerField(min_value=0)
    key = forms.UUIDField(required=False)


class CellForm(VersionedForm):
    """One cell of the score sheet; empty clears it."""

    value = forms.TypedChoiceField(
        choices=DIGITS, coerce=int, empty_value=None, required=False
    )


class ChoiceForm(VersionedForm):
    """Best and second best by letter."""

    best = forms.CharField(max_length=1, required=False)
    second = forms.CharField(max_length=1, required=False)
    verdict = forms.ChoiceField(choices=Choice.Verdict.choices, required=False)
    confidence = forms.TypedChoiceField(
        choices=CONFIDENCE, coerce=int, empty_value=None, required=False
    )


class CommentForm(VersionedForm):
    """Free words."""

    text = forms.CharField(max_length=4000, required=False)


class GuessForm(VersionedForm):
    """A letter, "unknown", or nothing yet."""

    answer = forms.RegexField(r"^([A-F]|unknown)$", required=False)


class ReasonForm(forms.Form):
    """Why a video cannot be judged."""

    reason = forms.CharField(max_length=1000)


class InvitationForm(forms.Form):
    """The password of a new account."""

    password = forms.CharField(max_length=200, required=False)


class EmailsForm(forms.Form):
    """Addresses to invite, one a line or separated by commas."""

    emails = forms.CharField(max_length=4000)

    def clean_emails(self) -> list[str]:
        text = self.cleaned_data["emails"].replace(",", "\n")
        return [line.strip() for line in text.splitlines() if line.strip()]


class UnblindForm(forms.Form):
    """A signature: the password again, and the reason."""

    password = forms.CharField(max_length=200)
    reason = forms.CharField(max_length=1000)


def first_error(form: forms.Form) -> str:
    """One sentence for the first thing that is wrong."""
    name, errors = next(iter(form.errors.items()))
    return f"{name}: {errors[0]}"
