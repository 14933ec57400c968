"""Close or reopen an account, remove its second factors, or erase who it belonged to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from annotations.management.base import StudyCommand, user_named
from evalsite.signing_in import leaving


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the name used to sign in")
        act = parser.add_mutually_exclusive_group(required=True)
        for option, what in (
            ("--close", "nobody can sign in with it any more"),
            ("--reopen", "it can be used to sign in again"),
            ("--forget-factors", "remove lost second factors and recovery codes"),
            ("--erase", "close it and keep only its number, which the logs refer to"),
        ):
            act.add_argument(option, action="store_true", help=what)

    def handle(self, *args: Any, **options: Any) -> None:
        person = user_named(options["name"])
        name = person.username
        if options["close"]:
            leaving.account_close(person=person)
            self.stdout.write(f"{name} is closed, with its sessions and token")
        elif options["reopen"]:
            leaving.account_reopen(person=person)
            self.stdout.write(f"{name} is open again")
        elif options["forget_factors"]:
            gone = leaving.factors_forget(person=person)
            self.stdout.write(f"{name}: {gone} second factors and code lists removed")
        else:
            new = leaving.account_erase(person=person)
            self.stdout.write(
                f"the account is closed and named {new!r}; answers are erased by "
                "withdrawing, and backups keep what they hold until rotated"
            )
