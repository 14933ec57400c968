"""Create a draft study: cases, seats, orders and letters from one secret seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from annotations.core.errors import StudyError
from annotations.core.instrument.presentation import RULES
from annotations.core.instrument.protocol import (
    AS_WRITTEN,
    CONSENT,
    ConsentForm,
    TieRule,
    protocol_from,
)
from annotations.management.base import StudyCommand, names_in
from annotations.services import study_create
from gaitmodel.core.taxonomy import gait_class


def consent_forms(given: Sequence[str]) -> tuple[ConsentForm, ...]:
    """The forms given by ``--consent``, and the default one for every other site."""
    forms = [_consent_form(*reversed(one.rpartition("=")[::2])) for one in given]
    if not any(form.site == "" for form in forms):
        forms.append(CONSENT)
    return tuple(forms)


def _consent_form(file: str, site: str) -> ConsentForm:
    path = Path(file)
    if not path.is_file():
        raise StudyError(f"--consent names no file: {file!r}")
    try:
        version, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(
            f"--consent {file} cannot be read as UTF-8: {error}"
        ) from error
    return ConsentForm(version.strip(), text.strip(), site.strip())


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--systems", required=True, help="A,B,C: two to six keys")
        parser.add_argument("--raters", type=int, required=True)
        parser.add_argument("--label", default="", help="only clips of this class")
        parser.add_argument("--split", default="test")
        parser.add_argument("--clips", default="", help="these clips only: ID,ID,...")
        parser.add_argument(
            "--cases", type=int, help="how many cases, spread over the patients"
        )
        parser.add_argument(
            "--overlap", type=int, default=0, help="anchor cases that all raters read"
        )
        parser.add_argument(
            "--repeats", type=int, default=0, help="cases that each rater sees twice"
        )
        parser.add_argument("--target", default="", help="target system of the plan")
        parser.add_argument("--purpose", default="")
        parser.add_argument("--pilot", action="store_true")
        parser.add_argument("--tie-rule", default=TieRule.FORCED.value)
        parser.add_argument("--signatories", type=int, default=2)
        parser.add_argument(
            "--correctness", action="store_true", help="add the fifth criterion"
        )
        parser.add_argument("--confidence", action="store_true")
        parser.add_argument(
            "--guess", action="store_true", help="ask which text is the authors' own"
        )

        parser.add_argument(
            "--own-diagnosis",
            action="store_true",
            help="ask for the rater's own diagnosis before any text",
        )
        parser.add_argument("--no-practice", action="store_true")
        parser.add_argument(
            "--break-after",
            type=int,
            default=5,
            help="suggest a break after so many cases; 0: never",
        )
        parser.add_argument(
            "--reopening",
            action="store_true",
            help="raters may reopen a submitted case",
        )
        parser.add_argument(
            "--presentation", choices=list(RULES), default=AS_WRITTEN,
            help="rule by which the texts are shown",
        )  # fmt: skip
        parser.add_argument("--no-consent", action="store_true")
        parser.add_argument(
            "--consent",
            action="append",
            default=[],
            metavar="[SITE=]FILE",
            help="file with the version on its first line, then what raters (of that site) agree to",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stored = {
            key: options[key]
            for key in (
                "tie_rule",
                "signatories",
                "correctness",
                "confidence",
                "guess",
                "own_diagnosis",
                "break_after",
                "reopening",
                "presentation",
            )
        }
        stored["practice"] = not options["no_practice"]
        stored["consents"] = (
            () if options["no_consent"] else consent_forms(options["consent"])
        )
        study = study_create(
            name=options["name"],
            systems=names_in(options["systems"]),
            n_raters=options["raters"],
            clips=names_in(options["clips"]),
            label=gait_class(options["label"]).value if options["label"] else "",
            split=options["split"],
            n_cases=options["cases"],
            overlap=options["overlap"],
            repeats=options["repeats"],
            protocol=protocol_from(stored),
            target=options["target"],
            is_pilot=options["pilot"],
            purpose=options["purpose"],
        )
        self.stdout.write(
            f"study {study.name!r} ({study.pk}) is a draft: {study.cases.count()} cases, "
            f"{options['raters']} raters; next: open_study"
        )
