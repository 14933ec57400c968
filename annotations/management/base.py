"""Shared by the study commands: finding a study, and refusals in one sentence."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError

from annotations.core.errors import StudyError
from annotations.models import Study
from gaitmodel.core.errors import GaitError
from gaitmodel.management.base import unmigrated


class StudyCommand(BaseCommand):
    """Exit code 2 and one sentence for errors a person can fix, never a traceback."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (StudyError, GaitError) as error:
            raise CommandError(str(error), returncode=2) from error
        except (OperationalError, ProgrammingError) as error:
            raise unmigrated(error) from error


def add_study_argument(parser: CommandParser) -> None:
    parser.add_argument("study", metavar="STUDY", help="name or id of the study")


def study_named(name: str) -> Study:
    """Find a study by its name, or by its id."""
    found = Study.objects.filter(name=name).first() or _by_id(name)
    if found is None:
        raise StudyError(f"there is no study {name!r}")
    return found


def _by_id(text: str) -> Study | None:
    try:
        return Study.objects.filter(pk=text).first()
    except ValidationError:
        return None


def user_named(name: str) -> User:
    """Find a person by username."""
    found = User.objects.filter(username=name).first()
    if found is None:
        raise StudyError(f"there is no account {name!r}")
    return found


def names_in(text: str) -> list[str]:
    """Split ``A,B,C``."""
    return [part.strip() for part in text.split(",") if part.strip()]
