"""Results of an identifiability audit; records cheap to import, for pages."""

from __future__ import annotations

from dataclasses import dataclass

# Above this area a system is recognised too often for the blinding to hold.
RED = 0.8


@dataclass(frozen=True)
class Told:
    """How well one system's texts are distinguished from the others'."""

    system: str
    auc: float
    cues: tuple[str, ...]
    words: float
    numerals: float


@dataclass(frozen=True)
class Identifiability:
    """The audit: texts, cases, accuracy with its chance level, and every system."""

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
        """Whether any system is recognised too often for the blinding to hold."""
        return self.worst > RED
