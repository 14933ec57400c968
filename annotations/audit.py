"""The study's event log as rows: append under the study's lock, read back, verify."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from annotations.core.proof.canonical import Payload
from annotations.core.proof.chain import (
    Content,
    Link,
    chain_breaks,
    erasure_breaks,
    next_link,
)
from annotations.models import Event, EventContent, Study

SALT_BYTES = 16


def study_for_update(study_id: UUID) -> Study:
    """The study's row, locked until the transaction ends.

    Every write to a study takes this lock first (SQLite's immediate transactions lock
    the whole database), so its log has one writer at a time.
    """
    return Study.objects.select_for_update().get(pk=study_id)


def event_append(
    *, study: Study, kind: str, actor: User | None, payload: Payload
) -> Event:
    """Append to the log of a study locked by ``study_for_update``, transactionally."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event belongs to the transaction of what it records")
    at = timezone.now()
    content = Content(secrets.token_hex(SALT_BYTES), payload)
    link = next_link(
        study.event_head,
        study.event_count + 1,
        _written(at),
        str(actor.pk) if actor else "",
        kind,
        content,
    )
    event = Event.objects.create(
        study_id=study.pk,
        sequence=link.sequence,
        at=at,
        actor=actor,
        kind=kind,
        digest=link.digest,
        previous=link.previous,
        hash=link.hash,
    )
    EventContent.objects.create(event=event, salt=content.salt, payload=payload)
    study.event_count, study.event_head = link.sequence, link.hash
    Study.objects.filter(pk=study.pk).update(
        event_count=link.sequence, event_head=link.hash
    )
    return event


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _link(event: Event) -> Link:
    content = getattr(event, "content", None)
    return Link(
        sequence=event.sequence,
        at=_written(event.at),
        actor=str(event.actor_id or ""),
        kind=event.kind,
        digest=event.digest,
        previous=event.previous,
        hash=event.hash,
        content=content and Content(content.salt, content.payload),
    )


def log_breaks(study: Study) -> list[str]:
    """Where the stored log was tampered with; empty if it was not."""
    events = study.events.select_related("content").order_by("sequence", "pk")
    links = [_link(event) for event in events.iterator(chunk_size=1000)]
    breaks = chain_breaks(links, study.event_count, study.event_head)
    return breaks + erasure_breaks(links)
