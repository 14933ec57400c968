"""One line of JSON per event, identifying no person and no patient.

A line may hold: time, level, logger, message, the request's id, the study's id, the
view's name. URLs are left out, as some hold one-time tokens; so are exception messages,
as some name a clip or an e-mail address. The place of the exception is kept.
"""

from __future__ import annotations

import logging
import re
import traceback
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
STUDY_ID: ContextVar[str] = ContextVar("study_id", default="")
FORMATS = ("text", "json")
_RESULT = re.compile(r"^(Failed '[^']*' \([^)]*\)) - .*", re.DOTALL)


class Context(logging.Filter):
    """Adds the request's and the study's id to every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, variable in (("request_id", REQUEST_ID), ("study_id", STUDY_ID)):
            if value := variable.get():
                setattr(record, name, value)
        return True


class Discreet(logging.Filter):
    """Removes from other packages' lines what may identify a person or a patient."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        if request is not None:
            record.msg, record.args = f"{_outcome(record)} in {route_of(request)}", ()
        elif record.name == "django-q":
            record.msg, record.args = _RESULT.sub(r"\1", record.getMessage()), ()
        return True


def _outcome(record: logging.LogRecord) -> str:
    status = getattr(record, "status_code", None)
    return f"status {status}" if status else "refused"


def route_of(request: Any) -> str:
    """The name of the view that a request went to; never its URL."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name or "unnamed") if match else "no view"


class Line(JsonFormatter):
    """JSON with an exception's type and place, without its message."""

    def __init__(self) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
        )

    def formatException(self, ei: Any) -> str:  # noqa: N802  the library's name
        kind, _, frames = ei
        name = f"{kind.__module__}.{kind.__qualname__}" if kind else "no exception"
        places = [
            f"{frame.filename}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(frames)
        ]
        return "\n".join([*places, name])


def logging_config(form: str) -> dict[str, Any]:
    """Logging settings of Django and gunicorn: JSON, or text for people."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "context": {"()": "evalsite.watching.logs.Context"},
            "discreet": {"()": "evalsite.watching.logs.Discreet"},
        },
        "formatters": {
            "json": {"()": "evalsite.watching.logs.Line"},
            "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        },
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["context", "discreet"] if form == "json" else [],
            }
        },
        "root": {"handlers": ["out"], "level": "INFO" if form == "json" else "WARNING"},
        "loggers": {
            # Django's own handlers would print tracebacks with exception messages.
            "django": {"handlers": [], "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
            # Names and addresses of failed sign-ins are in the database.
            "axes": {"level": "ERROR"},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": False},
        },
    }
