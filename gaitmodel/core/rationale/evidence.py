"""The evidence check: every quantitative claim of a rationale against the metrics.

It distinguishes citing numbers from citing true ones. The lead and the export get the
report; a rater never sees it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from gaitmodel.core.rationale.claims import Claim
from gaitmodel.core.rationale.comparisons import ComparisonReader
from gaitmodel.core.rationale.judge import Judged, Verdict, judge
from gaitmodel.core.rationale.lint import Lint, lint_claims
from gaitmodel.core.rationale.marks import sentences
from gaitmodel.core.rationale.number_claims import NumberReader
from gaitmodel.core.rationale.vocabulary import Quantity
from gaitmodel.core.records import GaitFeatures


@dataclass(frozen=True)
class EvidenceReport:
    """The judged claims of one text, in order, and its self-contradictions."""

    text: str
    claims: tuple[Judged, ...]
    lint: tuple[Lint, ...]

    def count(self, verdict: Verdict) -> int:
        return sum(judged.verdict is verdict for judged in self.claims)

    def to_json(self) -> dict[str, Any]:
        """``{counts, claims: [...], lint: [...]}``; offsets into the text."""
        counts = Counter(judged.verdict.value for judged in self.claims)
        return {
            "counts": {one.value: counts.get(one.value, 0) for one in Verdict},
            "claims": [self._claim_json(judged) for judged in self.claims],
            "lint": [
                {"rule": one.rule, "message": one.message, "spans": list(one.spans)}
                for one in self.lint
            ],
        }

    def _claim_json(self, judged: Judged) -> dict[str, Any]:
        claim = judged.claim
        return {
            "kind": claim.kind.value,
            "quantity": None if claim.quantity is None else claim.quantity.name,
            "side": None if claim.side is None else claim.side.value,
            "value": claim.value,
            "upper": claim.upper,
            "unit": claim.unit,
            "start": claim.start,
            "end": claim.end,
            "sentence": list(claim.sentence),
            "text": self.text[claim.sentence[0] : claim.sentence[1]],
            "verdict": judged.verdict.value,
            "measured": None if judged.measured is None else round(judged.measured, 4),
            "quality": None if judged.quality is None else judged.quality.value,
            "note": judged.note,
        }


def find_claims(text: str) -> list[Claim]:
    """Every quantitative claim and side comparison of ``text``, in order."""
    found: list[Claim] = []
    carried: Quantity | None = None
    for sentence in sentences(text):
        reader = NumberReader(sentence, carried)
        found += reader.claims()
        found += ComparisonReader(sentence, carried).claims()
        carried = reader.last_quantity
    return sorted(found, key=lambda claim: (claim.start, claim.end))


def check_evidence(text: str, features: GaitFeatures) -> EvidenceReport:
    """Judge every claim of a rationale against the walk's metrics, and lint it.

    ``text`` may be the whole answer: the line that names the class is no claim.
    """
    claims = find_claims(text)
    judged = tuple(judge(claim, features.metrics) for claim in claims)
    return EvidenceReport(text, judged, tuple(lint_claims(claims)))
