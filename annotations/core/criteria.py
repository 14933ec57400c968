"""The instrument of the paper's Fig. 4: four criteria on a five-point scale."""

from __future__ import annotations

from dataclasses import dataclass

LIKERT = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Criterion:
    """One row of the score sheet; ``question`` is worded as printed in Fig. 4."""

    key: str
    title: str
    question: str
    low: str = "Not at all"
    high: str = "Fully"


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "grounding",
        "Evidence grounding",
        "Does the rationale cite observable gait evidence (or provided biomechanical "
        "metrics) rather than generic statements?",
    ),
    Criterion(
        "explainability",
        "Explainability",
        "Is the explanation clear, coherent, and easy for a clinician to follow, with a "
        "logical connection between observations and conclusion?",
    ),
    Criterion(
        "usefulness",
        "Clinical usefulness",
        "Would this output be useful in a real clinical workflow for screening, "
        "documentation, or follow-up assessment?",
    ),
    Criterion(
        "consistency",
        "Diagnosis-rationale consistency",
        "Are the predicted diagnosis, supporting rationale, and confidence statement "
        "internally consistent and non-contradictory?",
    ),
)

CORRECTNESS = Criterion(
    "correctness",
    "Factual correctness of the cited evidence",
    "As far as the video shows, are the observations and numbers that the rationale "
    "cites true of this walk?",
)
