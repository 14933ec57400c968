"""Shared by all commands: progress bars, and errors as one sentence.

Exit codes: 0 done, 1 a failure at run time, 2 unusable arguments or invalid data.
"""

from __future__ import annotations

import errno
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError
from tqdm import tqdm

from gaitmodel.core.errors import GaitError, InputError, out_of_memory

_UNUSABLE: Final = (errno.EACCES, errno.ENAMETOOLONG, errno.ENOENT)
"""Errors of a path that a person gave, not of the machine."""


class GaitCommand(BaseCommand):
    """A command whose expected errors are one sentence on stderr, never a traceback."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except InputError as error:
            raise CommandError(str(error), returncode=2) from error
        except (OperationalError, ProgrammingError) as error:
            raise unmigrated(error) from error
        except GaitError as error:
            raise CommandError(str(error), returncode=1) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise CommandError(
                f"{error.filename}: {error.strerror}",
                returncode=2 if error.errno in _UNUSABLE else 1,
            ) from error
        except Exception as error:
            if told := out_of_memory(error):
                raise CommandError(str(told), returncode=1) from error
            raise


def unmigrated(error: DatabaseError) -> CommandError:
    """An error that says what to do if the database lacks tables or is unreachable."""
    return CommandError(
        f"the database cannot be used ({str(error).splitlines()[0]}): "
        "run manage.py migrate, or check DATABASE_URL",
        returncode=2,
    )


def count(text: str) -> int:
    """An argument that is a count, 0 or more."""
    if not text.isdigit():
        raise ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return int(text)


def writable_folder(folder: Path) -> None:
    """Create the folder for results before any work is done for them.

    Raises
    ------
    InputError
        If it is a file or not writable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{folder}: nothing can be written there ({error})") from error


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float, str], None]]:
    """A bar on stderr that takes a share from 0 to 1 and the current step."""
    with tqdm(
        total=100.0,
        desc=title,
        bar_format="{desc} {bar} {percentage:3.0f} % {elapsed} {postfix}",
    ) as bar:

        def show(progress: float, stage: str) -> None:
            bar.set_postfix_str(stage, refresh=False)
            bar.update(100 * progress - bar.n)

        yield show
