"""People's decision about a film whose de-identification left a doubt."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

WIDER_STEP: Final = 1.3
"""By how much every covered region grows when a person asks for a wider mask."""


@dataclass(frozen=True)
class PrivacyDecision:
    """``accepted_sha256`` names the doubts that a person reviewed and dismissed.

    ``wider`` multiplies every covered region. The default means no decision.
    """

    accepted_sha256: str = ""
    wider: float = 1.0

    def to_json(self) -> dict[str, str | float]:
        return {"accepted_sha256": self.accepted_sha256, "wider": self.wider}


def doubts_sha256(rows: list[list[float]]) -> str:
    """Identifies a set of doubts: rows of frame, box and score as stored."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
