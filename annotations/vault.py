"""The identity guard: while a request runs blind, no SQL may touch identity tables.

It fails closed: the statement is refused before it reaches the database, whatever code
issued it, so a forgotten ``select_related`` becomes an error page, never a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Any

from django.db import connections

from annotations.models import IdentifiabilityAudit, SlotIdentity, StudySecret

IDENTITY_TABLES = tuple(
    model._meta.db_table for model in (SlotIdentity, StudySecret, IdentifiabilityAudit)
)
# Which system wrote which text or predicted which class: closed to leads as well.
AUTHORSHIP_TABLES = ("gaitmodel_rationale", "gaitmodel_prediction")
# Clips, subjects, rationales and runs reveal who walks, with which label, and which
# system wrote what: a rater's pages are made without any of them.
MODEL_ROOM_PREFIX = "gaitmodel_"


class BlindingError(Exception):
    """Blind code tried to read an identity: a bug of ours, never the user's fault."""


class Sight(Enum):
    """How much the running code may see."""

    ALL = "commands, tasks and services that open the vault"
    LEAD = "a lead's request: neither the identities nor the texts by system"
    RATER = "a rater's or a stranger's request: nothing of the model room either"


_sight: ContextVar[Sight] = ContextVar("sight", default=Sight.ALL)


def _hidden_tables(sight: Sight) -> tuple[str, ...]:
    if sight is Sight.ALL:
        return ()
    if sight is Sight.LEAD:
        return (*IDENTITY_TABLES, *AUTHORSHIP_TABLES)
    return (*IDENTITY_TABLES, MODEL_ROOM_PREFIX)


def _refuse(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
) -> Any:
    statement = str(sql).lower()
    for table in _hidden_tables(_sight.get()):
        if table in statement:
            raise BlindingError(f"blind code touched {table}")
    return execute(sql, params, many, context)


@contextmanager
def guarded(sight: Sight) -> Iterator[None]:
    """Run the block with this sight, on every database connection."""
    token = _sight.set(sight)
    try:
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refuse))
            yield
    finally:
        _sight.reset(token)


@contextmanager
def vault_opened() -> Iterator[None]:
    """See identities inside the block: for creating, sealing, verifying, unblinding.

    Raises
    ------
    BlindingError
        In a rater's request, which may never open the vault.
    """
    if _sight.get() is Sight.RATER:
        raise BlindingError("a rater's request tried to open the vault")
    token = _sight.set(Sight.ALL)
    try:
        yield
    finally:
        _sight.reset(token)
