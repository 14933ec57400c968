"""The form in which a lead composes a study: systems, numbers, rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from annotations.core.instrument.presentation import RULES
from annotations.core.instrument.protocol import AS_WRITTEN, CONSENT, Protocol, TieRule
from gaitmodel.core.taxonomy import CLASSES

LABELS = [("", "any class"), *((key.value, key.display_name) for key in CLASSES)]
SPLITS = [("test", "test"), ("val", "validation"), ("train", "training"), ("", "any")]
FLAGS = ("correctness", "confidence", "guess", "own_diagnosis", "practice", "reopening")


class ComposeForm(forms.Form):
    """Everything that ``create_study`` takes, with the paper's design as default."""

    name = forms.CharField(max_length=120)
    purpose = forms.CharField(max_length=1000, required=False)
    systems = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    target = forms.ChoiceField(required=False, label="Target system of the plan")
    label = forms.ChoiceField(choices=LABELS, required=False, label="Class")
    split = forms.ChoiceField(choices=SPLITS, required=False, initial="test")
    n_raters = forms.IntegerField(min_value=1, max_value=50, initial=4, label="Raters")
    n_cases = forms.IntegerField(
        min_value=1, required=False, label="Cases (empty: all)"
    )
    overlap = forms.IntegerField(
        min_value=0, initial=0, label="Anchor cases that every rater reads"
    )
    repeats = forms.IntegerField(
        min_value=0, initial=0, label="Cases that each rater sees twice"
    )
    tie_rule = forms.ChoiceField(
        choices=[(rule.value, rule.value) for rule in TieRule],
        initial=TieRule.FORCED.value,
        label="If no text is clearly best (tie rule)",
    )
    signatories = forms.IntegerField(
        min_value=1, max_value=5, initial=2, label="Leads who must sign the unblinding"
    )
    break_after = forms.IntegerField(
        min_value=0, initial=5, label="Suggest a break after (cases; 0: never)"
    )
    presentation = forms.ChoiceField(
        choices=[(rule, rule) for rule in RULES],
        initial=AS_WRITTEN,
        label="How the texts are shown",
    )
    correctness = forms.BooleanField(
        required=False, label="Fifth criterion: factual correctness"
    )
    confidence = forms.BooleanField(
        required=False, label="Ask how confident the rater is"
    )
    guess = forms.BooleanField(
        required=False, label="Ask which text is the authors’ own"
    )
    own_diagnosis = forms.BooleanField(
        required=False, label="Ask for the rater’s own diagnosis first"
    )
    practice = forms.BooleanField(required=False, initial=True, label="Practice cases")
    reopening = forms.BooleanField(
        required=False, label="Raters may reopen a submitted case"
    )
    consent = forms.BooleanField(required=False, initial=True, label="Ask for consent")
    is_pilot = forms.BooleanField(required=False, label="Pilot")

    def __init__(self, data: Any = None, *, systems: Sequence[str]) -> None:
        super().__init__(data)
        choices = [(system, system) for system in systems]
        self.fields["systems"].choices = choices  # type: ignore[attr-defined]
        self.fields["target"].choices = [("", "none"), *choices]  # type: ignore[attr-defined]

    def design(self) -> dict[str, Any]:
        """The numbers typed so far, as the design check takes them."""
        cleaned = self.cleaned_data
        return {
            "systems": cleaned.get("systems") or [],
            "n_raters": cleaned.get("n_raters") or 1,
            "label": cleaned.get("label", ""),
            "split": cleaned.get("split", ""),
            "n_cases": cleaned.get("n_cases"),
            "overlap": cleaned.get("overlap") or 0,
            "repeats": cleaned.get("repeats") or 0,
        }

    def study(self) -> dict[str, Any]:
        """The arguments of ``study_create``, once the form is valid."""
        cleaned = self.cleaned_data
        protocol = Protocol(
            tie_rule=TieRule(cleaned["tie_rule"]),
            signatories=cleaned["signatories"],
            break_after=cleaned["break_after"],
            presentation=cleaned["presentation"],
            consents=(CONSENT,) if cleaned["consent"] else (),
            **{name: cleaned[name] for name in FLAGS},
        )
        return {
            **self.design(),
            "name": cleaned["name"],
            "purpose": cleaned["purpose"],
            "target": cleaned["target"],
            "is_pilot": cleaned["is_pilot"],
            "protocol": protocol,
        }
