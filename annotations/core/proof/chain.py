"""The event log as a hash chain: each entry commits to all before it.

The chain holds a salted digest of each payload, not the payload: when a rater withdraws
consent, the payloads of their acts are erased and the chain still verifies. The salt
prevents guessing a short payload (a score of 1 to 5) from its digest.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from annotations.core.proof.canonical import Payload, canonical

GENESIS = "0" * 64
WITHDRAWAL = "consent_withdrawn"
SEATED = "rater_seated"
LED = frozenset(
    {
        "study_created", "study_opened", "study_locked", "study_unblinded",
        "identifiability_audited", "presentation_signed", "rater_invited",
        "seat_reissued", "case_unblinded", "codebook_written", "comment_coded",
        "unblinding_signed", "data_exported", "texts_shared", WITHDRAWAL,
    }
)  # fmt: skip
"""A lead's acts: no withdrawal erases them, even if the person is also a rater."""


@dataclass(frozen=True)
class Content:
    """What happened, with the salt of its digest (hexadecimal)."""

    salt: str
    payload: Payload


@dataclass(frozen=True)
class Link:
    """One entry of the log; ``content`` is ``None`` once it has been erased."""

    sequence: int
    at: str
    actor: str
    kind: str
    digest: str
    previous: str
    hash: str
    content: Content | None


def content_digest(content: Content) -> str:
    """SHA-256 over the salt and the canonical payload."""
    body = bytes.fromhex(content.salt) + canonical(content.payload)
    return hashlib.sha256(body).hexdigest()


def link_hash(
    previous: str, sequence: int, at: str, actor: str, kind: str, digest: str
) -> str:
    """SHA-256 over the whole entry and the hash of the one before."""
    entry = {
        "previous": previous,
        "sequence": sequence,
        "at": at,
        "actor": actor,
        "kind": kind,
        "digest": digest,
    }
    return hashlib.sha256(canonical(entry)).hexdigest()


def next_link(
    previous: str, sequence: int, at: str, actor: str, kind: str, content: Content
) -> Link:
    """The entry that follows ``previous``."""
    digest = content_digest(content)
    own = link_hash(previous, sequence, at, actor, kind, digest)
    return Link(sequence, at, actor, kind, digest, previous, own, content)


def chain_breaks(links: Sequence[Link], length: int, head: str) -> list[str]:
    """The sequence numbers at which the log was tampered with; empty if none.

    ``length`` and ``head`` are kept outside the log, as a chain alone cannot show that
    its end was cut off.
    """
    breaks = []
    previous = GENESIS
    for expected, link in enumerate(links, start=1):
        if problem := _link_problem(link, expected, previous):
            breaks.append(f"event {expected}: {problem}")
        previous = link.hash
    if len(links) != length or previous != head:
        breaks.append(
            f"event {len(links)}: the log should end at event {length} "
            "with the stored head"
        )
    return breaks


def erasure_breaks(links: Sequence[Link]) -> list[str]:
    """The entries whose missing content no withdrawal can have erased.

    A withdrawal erases the content of all of a person's acts as a rater until then (not
    of a lead's acts, such as seating somebody else). Erasing a single entry (a changed
    answer, so that the one before seems to be the last) leaves others of the same
    person; erasing a whole person makes one more than withdrew.
    """
    erased = [link for link in links if link.content is None]
    own, others = _withdrawals(links)
    withdrawn = max(others, default=0)
    first_kept: dict[str, int] = {}
    for link in links:
        if link.content is not None and link.kind not in LED | {SEATED}:
            first_kept.setdefault(link.actor, link.sequence)
    breaks = []
    for link in erased:
        until = own.get(link.actor, withdrawn)
        if not link.actor or link.sequence > min(
            until, first_kept.get(link.actor, until)
        ):
            missing = "its content is missing, and no withdrawal erased it"
            breaks.append(f"event {link.sequence}: {missing}")
    gone = len({link.actor for link in erased} | own.keys())
    if not breaks and gone > len(own) + len(others):
        said = f"what {gone} persons said is missing, and {len(own) + len(others)} withdrew"
        breaks.append(f"log: {said}")
    return breaks + _count_breaks(links, erased)


def _count_breaks(links: Sequence[Link], erased: Sequence[Link]) -> list[str]:
    """Check the number of contents that each withdrawal states it erased.

    Otherwise a person's acts as a lead could be erased with those as a rater. In older
    logs withdrawals state no number.
    """
    told: dict[object, list[object]] = defaultdict(list)
    for link in links:
        if link.content is not None and link.kind == WITHDRAWAL:
            said = link.content.payload
            told[said.get("rater")].append(said.get("erased"))
    missing = Counter(link.actor for link in erased)
    breaks = []
    for rater, counts in told.items():
        known = [count for count in counts if isinstance(count, int)]
        if known == counts and sum(known) != missing[str(rater)]:
            breaks.append(
                f"log: {missing[str(rater)]} contents of one person are missing, and "
                f"their withdrawals erased {sum(known)}"
            )
    return breaks


def _withdrawals(links: Sequence[Link]) -> tuple[dict[str, int], list[int]]:
    """The entry at which each person last withdrew; and withdrawals without a name."""
    own: dict[str, int] = {}
    others = []
    for link in links:
        if link.content is not None and link.kind == WITHDRAWAL:
            rater = link.content.payload.get("rater")
            if rater is None:  # an older log, which does not name them
                others.append(link.sequence)
            else:
                own[str(rater)] = link.sequence
    return own, others


def _link_problem(link: Link, expected: int, previous: str) -> str:
    if link.sequence != expected:
        return f"has sequence number {link.sequence}"
    if link.previous != previous:
        return "does not follow the event before it"
    if not _content_holds(link):
        return "its content differs from its digest"
    own = link_hash(
        link.previous, link.sequence, link.at, link.actor, link.kind, link.digest
    )
    return "" if own == link.hash else "its entry differs from its hash"


def _content_holds(link: Link) -> bool:
    if link.content is None:
        return True
    try:
        return content_digest(link.content) == link.digest
    except ValueError:
        return False
