"""Two practice cases: drawn walkers, texts written for this purpose, a discussion.

They are constants, not rows, so nothing scored here can enter a study's data. The
texts imitate no system; each deliberately shows one strength and one weakness.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FPS: Final = 30.0


@dataclass(frozen=True)
class PracticeCase:
    """Three texts by letter, and what the study's authors would discuss about each."""

    number: int
    film: str
    texts: MappingProxyType[str, str]
    discussion: MappingProxyType[str, str]


PRACTICE: Final = (
    PracticeCase(
        number=1,
        film="practice/1.mp4",
        texts=MappingProxyType(
            {
                "A": "1) Final diagnosis class: parkinsons\n2) Rationale: The steps are "
                "short and the arms hardly swing. The trunk leans forward and stays "
                "stiff over the whole clip. Together this points to a parkinsonian "
                "gait.",
                "B": "1) Final diagnosis class: parkinsons\n2) Rationale: The patient "
                "walks in a way that is often seen in this condition. Clinical "
                "correlation is advised.",
                "C": "1) Final diagnosis class: normal\n2) Rationale: The steps are "
                "short, the arms hardly swing and the trunk leans forward. These "
                "signs show a normal walk.",
            }
        ),
        discussion=MappingProxyType(
            {
                "A": "Each sentence names a sign, and the signs lead to the diagnosis: "
                "4 or 5 on every scale.",
                "B": "It says nothing that was seen in this walk: 1 for evidence "
                "grounding, whether or not the diagnosis is right. It contradicts "
                "nothing: 3 for consistency is fair.",
                "C": "The signs are named, so evidence grounding is as high as for A; but "
                "they do not lead to the diagnosis: 1 for consistency.",
            }
        ),
    ),
    PracticeCase(
        number=2,
        film="practice/2.mp4",
        texts=MappingProxyType(
            {
                "A": "1) Final diagnosis class: normal\n2) Rationale: Both legs swing "
                "freely and evenly. The feet clear the ground, and the arms move "
                "against the legs.",
                "B": "1) Final diagnosis class: normal\n2) Rationale: Cadence 240 steps "
                "per minute, step time 0.50 s on both sides, swing 85 % of the stride. "
                "These values are within the normal range.",
                "C": "1) Final diagnosis class: abnormal\n2) Rationale: The left foot "
                "drags at each step and the trunk falls to the left.",
            }
        ),
        discussion=MappingProxyType(
            {
                "A": "Short, but every statement can be checked against the video: 4 or 5 "
                "for evidence grounding. Usefulness is your own judgement.",
                "B": "Numbers are evidence only if they can be true: a step of 0.50 s "
                "makes 120 steps per minute, not 240, and no one walks with 85 % swing. "
                "It cites metrics, so evidence grounding may be 3; usefulness is low.",
                "C": "The reasons fit the diagnosis, so consistency is high; but the "
                "video shows no dragging foot, so it would be of little use.",
            }
        ),
    ),
)


def practice_case(number: int) -> PracticeCase | None:
    """The practice case with this number, or ``None``."""
    return next((case for case in PRACTICE if case.number == number), None)
