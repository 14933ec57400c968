"""The instrument of the paper's Fig. 4: four criteria on a five-point scale."""

from __future__ import annotations

from dataclasses import dataclass

LIKERT = (1, 2, 3, 4, 5)
# Labels between the criterion's own end labels; shown while a scale has the focus.
MIDDLE_WORDS = ("Slightly", "Partly", "Mostly")


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

# What each point from 1 to 5 means, one sentence each: the instructions' anchors.
ANCHORS: dict[str, tuple[str, ...]] = {
    "grounding": (
        "It names no sign that can be seen in the walk or measured from it.",
        "It names one sign in passing; the rest would fit any patient.",
        "About half of what it says rests on signs seen or measured in this walk.",
        "Nearly every statement rests on a sign; one or two remain general.",
        "Every statement rests on a named sign of this walk.",
    ),
    "explainability": (
        "I cannot tell how it gets from what was seen to the diagnosis.",
        "I can follow single steps, but the conclusion does not follow from them.",
        "The reasoning is there, but with a gap or in a confusing order.",
        "It is clear and easy to follow; one step is left to the reader.",
        "It is clear from first to last, and each step leads to the next.",
    ),
    "usefulness": (
        "I would not want to see it in my work.",
        "I would read it once and then rewrite everything.",
        "I would keep a part of it for screening, a note or a follow-up.",
        "I would use it after small changes.",
        "I would use it as it stands.",
    ),
    "consistency": (
        "Diagnosis, reasons and stated confidence contradict each other.",
        "One of them clearly contradicts the others.",
        "They do not contradict each other, but the reasons do not lead to the diagnosis.",
        "They fit together except for a detail.",
        "They fit together throughout.",
    ),
    "correctness": (
        "Nothing that it cites is true of this walk.",
        "Most of what it cites is not true of this walk.",
        "About half of what it cites is true of this walk.",
        "Everything it cites is true of this walk, except for a detail.",
        "Everything it cites is true of this walk, as far as the video shows.",
    ),
}
