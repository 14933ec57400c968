"""Sign the unblinding of a locked study; asks for passwords, or reads them from stdin."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from annotations.core.errors import StudyError
from annotations.management.base import (
    StudyCommand,
    add_study_argument,
    names_in,
    study_named,
    user_named,
)
from annotations.services import study_unblind


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)
        parser.add_argument("--signers", required=True, help="leads' accounts: A,B")
        parser.add_argument("--reason", required=True)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        study = study_named(options["study"])
        signers = names_in(options["signers"])
        if not signers:
            raise StudyError("name at least one signer: --signers")
        for name in signers:
            study = study_unblind(
                study=study,
                signer=user_named(name),
                password=_password_of(name),
                reason=options["reason"],
            )
        left = study.rules.signatories - study.signatures.count()
        if study.is_unblinded:
            self.stdout.write(f"study {study.name!r} is unblinded; next: report_study")
        else:
            self.stdout.write(f"signed; {left} more must sign to unblind")


def _password_of(name: str) -> str:
    """Typed without echo at a terminal; else one line of stdin per signer."""
    if sys.stdin.isatty():
        return getpass(f"Password of {name}: ")
    return sys.stdin.readline().rstrip("\n")
