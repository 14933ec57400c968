"""What an audit of identifiability found; light records, so that pages can show them."""

from __future__ import annotations

from dataclasses import dataclass

# Above this area some system is told too often for the blinding to bear.
RED = 0.8


@dataclass(frozen=True)
class Told:
    """How well one system's texts are told from the others'."""

    system: str
    auc: float
    cues: tuple[str, ...]
    words: float
    numerals: float


@dataclass(frozen=True)
class Identifiability:
    """The audit: texts, cases, accuracy with its chance level, and each system."""

    texts: int
    cases: int
    accuracy: float
    chance: float
    systems: tuple[Told, ...]

    @property
    def worst(self) -> float:
        return max(told.auc for told in self.systems)

    @property
    def is_red(self) -> bool:
        """Whether some system can be told more often than the blinding can bear."""
        return self.worst > RED
