"""The Clinical Instruction Prompt (section 2.2), in one place, readable by a clinician.

A prompt holds the instruction and what was measured. It never holds a clip's name,
subject, data set, path or label: nothing here accepts one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from gaitmodel.core.taxonomy import CLASSES, GaitClass


class Wording(StrEnum):
    """How the classes are described.

    ``LITERATURE`` follows published gait studies; ``PAPER`` keeps the paper's words,
    which name an increased cadence for DCM where the literature reports a reduced one.
    """

    LITERATURE = "literature"
    PAPER = "paper"


_ROLE: Final = (
    "You are an expert gait clinician. Judge one person's walk from the video frames "
    "and, where given, from measured gait metrics and joint angles. Choose one class:"
)

# Normal: cadence and phases of healthy adults. Parkinson's: Pistacchi 2017, Lewek 2010.
# Cerebral palsy: Morais Filho 2014. Myopathic: D'Angelo 2009. DCM: Kuhtz-Buschbeck
# 1999, Lee 2021, Mandelli 2024, Kalsi-Ryan 2020.
_DEFINITIONS: Final[dict[GaitClass, str]] = {
    GaitClass.ABNORMAL: "impaired gait (limp, asymmetry, instability, reduced joint motion) that fits none of the specific patterns below",
    GaitClass.NORMAL: "symmetrical steps, cadence about 100-120, swing about 40 %, full knee flexion in swing, upright trunk, free arm swing",
    GaitClass.STYLE: "healthy but deliberately stylised walking, as on a catwalk: exaggerated pelvic and arm motion, crossing steps",
    GaitClass.EXERCISE: "a gait drill or exercise: high knees, lunges, marching, side or heel walking, with rhythm kept on purpose",
    GaitClass.PARKINSONS: "short shuffling steps, stooped trunk, reduced arm swing, small hip and knee range, variable timing, festination or freezing",
    GaitClass.CEREBRAL_PALSY: "spastic pattern: crouched or stiff knees in stance, low knee flexion in swing, scissoring, toe walking",
    GaitClass.MYOPATHIC: "proximal weakness: waddling with large pelvic drop and side-to-side trunk sway, lordosis, wide base",
    GaitClass.DCM: "spastic-ataxic pattern: reduced speed and cadence, longer double support, wider base, reduced knee flexion and push-off, variable steps",
}

_PAPER_DEFINITIONS: Final[dict[GaitClass, str]] = {
    **_DEFINITIONS,
    GaitClass.PARKINSONS: "shuffling, stooped posture, reduced arm swing, festination",
    GaitClass.CEREBRAL_PALSY: "spastic gait, scissoring, toe walking, crouch",
    GaitClass.MYOPATHIC: "waddling gait, Trendelenburg sign",
    GaitClass.DCM: "DCM-related gait impairment: increased cadence, unsteady, stiff gait",
}


def clinical_instruction(
    classes: Sequence[GaitClass] = CLASSES, wording: Wording = Wording.LITERATURE
) -> str:
    """The task and the kinematic definition of each class, one line each."""
    chosen = _PAPER_DEFINITIONS if wording is Wording.PAPER else _DEFINITIONS
    lines = [f"- {one.display_name}: {chosen[one]}" for one in classes]
    return "\n".join([_ROLE, *lines])


def answer_format() -> str:
    """The form of the answer (Fig. 4): the same for every system.

    It contains no placeholder: a small model would copy it.
    """
    return (
        "Write the answer as two numbered lines: first the final diagnosis class, then "
        "a rationale of three to five sentences. The rationale describes how this "
        "person walks and cites the evidence for the class: cadence, step times, "
        "swing, joint angles, posture, symmetry."
    )


def prompt_sha256(text: str) -> str:
    """The version of a prompt: hex SHA-256 of its UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()
