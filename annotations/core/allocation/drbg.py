"""A deterministic random source that anyone can re-derive: SHA-256 in counter mode.

``random`` is not used: its stream is specific to Python and may change, whereas a
stranger must be able to derive an allocation from the revealed seed in ten years.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from annotations.core.errors import StudyError

SEED_BYTES = 32
_WORD_BYTES = 8
_WORDS = 1 << (8 * _WORD_BYTES)

T = TypeVar("T")


def check_seed(seed: bytes) -> bytes:
    """Return ``seed`` if it has 32 bytes; a shorter one could be guessed."""
    if len(seed) != SEED_BYTES:
        raise StudyError(
            f"the seed has {len(seed)} bytes; it must have {SEED_BYTES} secret ones"
        )
    return seed


@dataclass
class Drbg:
    """Draws from ``SHA-256(seed || purpose || counter)``, eight bytes at a time.

    ``purpose`` separates the streams of one seed, so that drawing more or fewer numbers
    in one step never shifts those of another.
    """

    seed: bytes
    purpose: str
    counter: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        check_seed(self.seed)

    def _word(self) -> int:
        block = self.seed + self.purpose.encode() + self.counter.to_bytes(8, "big")
        self.counter += 1
        return int.from_bytes(hashlib.sha256(block).digest()[:_WORD_BYTES], "big")

    def below(self, bound: int) -> int:
        """A uniform integer in [0, bound); rejection keeps it free of modulo bias."""
        limit = _WORDS - _WORDS % bound
        while (word := self._word()) >= limit:
            continue
        return word % bound

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list in uniformly random order (Fisher and Yates)."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result
