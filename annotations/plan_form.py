"""The form of a planned design; its limits keep a simulation to seconds."""

from __future__ import annotations

from dataclasses import fields

from django import forms

from annotations.core.planning.planned_design import LARGEST_ICC, Design

_WORDS = {
    "cases": ("Cases", 52, 2, 400),
    "patients": ("Patients", 6, 1, 200),
    "evaluators": ("Evaluators", 4, 1, 40),
    "raters_per_case": ("Evaluators per case", 1, 1, 10),
    "systems": ("Systems", 3, 2, 6),
}
_SHARES = {
    "share": ("Share of readings in which the target is truly best", 0.6, 0.01, 0.99),
    "icc_patient": (
        "How alike readings of one patient are (ICC)",
        0.10,
        0.0,
        LARGEST_ICC,
    ),
    "icc_evaluator": (
        "How alike readings of one evaluator are (ICC)",
        0.05,
        0.0,
        LARGEST_ICC,
    ),
    "alpha": ("Alpha, two-sided", 0.05, 0.0001, 0.5),
}


class PlanForm(forms.Form):
    """Whole numbers and shares; every field has an initial value."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name, (label, start, low, high) in _WORDS.items():
            self.fields[name] = forms.IntegerField(
                label=label, initial=start, min_value=low, max_value=high
            )
        for name, (words, share, least, most) in _SHARES.items():
            self.fields[name] = forms.FloatField(
                label=words,
                initial=share,
                min_value=least,
                max_value=most,
                widget=forms.NumberInput(attrs={"step": "any"}),
            )

    def design(self) -> Design:
        """The design of a valid form."""
        return Design(**{f.name: self.cleaned_data[f.name] for f in fields(Design)})
