"""Invite raters by one-time links, or seat people who have accounts already."""

from __future__ import annotations

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
from annotations.services import rater_seat, raters_invite


class Command(StudyCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        add_study_argument(parser)
        parser.add_argument("--emails", default="", help="addresses: A,B,C")
        parser.add_argument("--usernames", default="", help="accounts: A,B,C")
        parser.add_argument("--url", default="http://127.0.0.1:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        study = study_named(options["study"])
        emails, names = names_in(options["emails"]), names_in(options["usernames"])
        if not emails and not names:
            raise StudyError("name someone to invite: --emails or --usernames")
        with transaction.atomic():
            for name in names:
                seat = rater_seat(study=study, rater=user_named(name))
                self.stdout.write(f"{name} has seat {seat.number}")
            sent = raters_invite(study=study, emails=emails, site_url=options["url"])
        for invitation in sent:
            told = (
                ""
                if invitation.is_mailed
                else " (no e-mail was sent: pass the link on)"
            )
            self.stdout.write(
                f"{invitation.email} is invited to seat {invitation.seat}{told}: "
                f"{invitation.link}"
            )
