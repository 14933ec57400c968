"""The seal: a Merkle commitment to the whole study before anyone has seen a case.

Each leaf (protocol, plan, one assignment of the allocation, one item's hashes) is
salted with its own nonce, drawn independently of the seed: without it, the six letter
orders of a case could be tried against the published root. With a nonce per leaf, one
case can be opened in an emergency while the others stay hidden. Leaves and nodes are
hashed with different prefixes (RFC 6962), so neither can pass for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.core.allocation.drbg import SEED_BYTES
from annotations.core.errors import StudyError
from annotations.core.proof.canonical import Payload, canonical

_LEAF, _NODE = b"\x00", b"\x01"


@dataclass(frozen=True)
class Item:
    """One sealed fact: a unique name and its value."""

    name: str
    payload: Payload


@dataclass(frozen=True)
class Leaf:
    """The secret half of a sealed fact; all in hexadecimal."""

    name: str
    nonce: str
    digest: str


@dataclass(frozen=True)
class ProofStep:
    """A sibling on the path from a leaf to the root."""

    digest: str
    is_left: bool


@dataclass(frozen=True)
class Sealed:
    """The public root and the leaves behind it."""

    root: str
    leaves: tuple[Leaf, ...]


def leaf_digest(item: Item, nonce: str) -> str:
    """SHA-256 over the prefix, the nonce and the canonical fact."""
    body = canonical({"name": item.name, "payload": dict(item.payload)})
    return hashlib.sha256(_LEAF + bytes.fromhex(nonce) + body).hexdigest()


def make_seal(items: Sequence[Item], nonces: Sequence[bytes]) -> Sealed:
    """Commit to the items; ``nonces`` are secret bytes from the operating system."""
    if len({item.name for item in items}) < len(items) or not items:
        raise StudyError("a seal needs at least one item, each with its own name")
    if len(set(nonces)) < len(items) or any(len(n) != SEED_BYTES for n in nonces):
        raise StudyError(f"each sealed item needs its own nonce of {SEED_BYTES} bytes")
    leaves = tuple(
        Leaf(item.name, nonce.hex(), leaf_digest(item, nonce.hex()))
        for item, nonce in zip(items, nonces, strict=True)
    )
    return Sealed(merkle_root([leaf.digest for leaf in leaves]), leaves)


def _parent(left: str, right: str) -> str:
    joined = _NODE + bytes.fromhex(left) + bytes.fromhex(right)
    return hashlib.sha256(joined).hexdigest()


def _next_level(level: Sequence[str]) -> list[str]:
    """Pairs hashed together; an odd last one is passed up unchanged."""
    pairs = [_parent(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return pairs + ([level[-1]] if len(level) % 2 else [])


def merkle_root(digests: Sequence[str]) -> str:
    """The root over the leaves' digests, in order."""
    level = list(digests)
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def proof(sealed: Sealed, name: str) -> tuple[ProofStep, ...]:
    """The siblings on the path from one leaf to the root."""
    names = [leaf.name for leaf in sealed.leaves]
    if name not in names:
        raise StudyError(f"the seal has no item {name!r}")
    at = names.index(name)
    level = [leaf.digest for leaf in sealed.leaves]
    steps = []
    while len(level) > 1:
        neighbour = at ^ 1
        if neighbour < len(level):
            steps.append(ProofStep(level[neighbour], is_left=neighbour < at))
        level, at = _next_level(level), at // 2
    return tuple(steps)


def proof_holds(root: str, item: Item, nonce: str, steps: Sequence[ProofStep]) -> bool:
    """Whether the opened item, and nothing else, was sealed under this root."""
    digest = leaf_digest(item, nonce)
    for step in steps:
        pair = (step.digest, digest) if step.is_left else (digest, step.digest)
        digest = _parent(*pair)
    return digest == root


def seal_breaks(sealed: Sealed, items: Sequence[Item]) -> list[str]:
    """Where the study differs from what was sealed; empty if nowhere.

    1. Each item is rehashed with its stored nonce: a changed item, nonce or digest is
       reported by the item's name.
    2. The root is recomputed from the stored digests, so that a leaf replaced together
       with its digest is found too.
    """
    now: Mapping[str, Item] = {item.name: item for item in items}
    breaks = []
    for leaf in sealed.leaves:
        item = now.get(leaf.name)
        if item is None:
            breaks.append(f"{leaf.name}: sealed, but no longer there")
        elif not _leaf_holds(item, leaf):
            breaks.append(f"{leaf.name}: differs from what was sealed")
    known = {leaf.name for leaf in sealed.leaves}
    breaks += [f"{name}: not in the seal" for name in now if name not in known]
    if not _root_holds(sealed):
        breaks.append("root: does not follow from the sealed items")
    return breaks


def _leaf_holds(item: Item, leaf: Leaf) -> bool:
    try:
        return leaf_digest(item, leaf.nonce) == leaf.digest
    except ValueError:
        return False


def _root_holds(sealed: Sealed) -> bool:
    try:
        return merkle_root([leaf.digest for leaf in sealed.leaves]) == sealed.root
    except ValueError:
        return False
