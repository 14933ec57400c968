"""The eight gait classes of the paper's benchmark (section 3.1, Table 1)."""

from __future__ import annotations

from enum import StrEnum

from gaitmodel.core.errors import InputError


class GaitClass(StrEnum):
    """Class keys, in the order of the paper's section 3.1; values are stable."""

    ABNORMAL = "abnormal"
    NORMAL = "normal"
    STYLE = "style"
    EXERCISE = "exercise"
    PARKINSONS = "parkinsons"
    CEREBRAL_PALSY = "cerebral_palsy"
    MYOPATHIC = "myopathic"
    DCM = "dcm"

    @property
    def display_name(self) -> str:
        """How the class is written in prompts, rationales and tables."""
        return _DISPLAY_NAMES[self]

    @property
    def short_name(self) -> str:
        """The column head of the paper's Table 1."""
        return _SHORT_NAMES[self]

    @property
    def position(self) -> int:
        """Position in the logits of every classifier."""
        return CLASSES.index(self)


CLASSES: tuple[GaitClass, ...] = tuple(GaitClass)

_DISPLAY_NAMES = {
    GaitClass.ABNORMAL: "abnormal",
    GaitClass.NORMAL: "normal",
    GaitClass.STYLE: "style",
    GaitClass.EXERCISE: "exercise",
    GaitClass.PARKINSONS: "parkinsons",
    GaitClass.CEREBRAL_PALSY: "cerebral palsy",
    GaitClass.MYOPATHIC: "myopathic",
    GaitClass.DCM: "degenerative cervical myelopathy (DCM)",
}

_SHORT_NAMES = {
    GaitClass.ABNORMAL: "Abnorm.",
    GaitClass.NORMAL: "Norm.",
    GaitClass.STYLE: "Style",
    GaitClass.EXERCISE: "Exer.",
    GaitClass.PARKINSONS: "Park.",
    GaitClass.CEREBRAL_PALSY: "CP",
    GaitClass.MYOPATHIC: "Myo.",
    GaitClass.DCM: "DCM",
}

_SPELLINGS = {
    "parkinson": GaitClass.PARKINSONS,
    "parkinson's": GaitClass.PARKINSONS,
    "parkinsonian": GaitClass.PARKINSONS,
    "parkinsons disease": GaitClass.PARKINSONS,
    "parkinson's disease": GaitClass.PARKINSONS,
    "cp": GaitClass.CEREBRAL_PALSY,
    "myopathy": GaitClass.MYOPATHIC,
    "abnormal gait": GaitClass.ABNORMAL,
    "normal gait": GaitClass.NORMAL,
    "degenerative cervical myelopathy": GaitClass.DCM,
    "degenerative cervical myelopathy (dcm)": GaitClass.DCM,
    "dcm-related gait impairment": GaitClass.DCM,
}


def gait_class(spelling: str) -> GaitClass:
    """Read a class from any spelling in use.

    Raises
    ------
    InputError
        If the spelling is not one of the eight classes; the message lists them.
    """
    text = " ".join(spelling.replace("’", "'").replace("_", " ").lower().split())
    for member in GaitClass:
        if text in (member.value.replace("_", " "), member.display_name.lower()):
            return member
    if text in _SPELLINGS:
        return _SPELLINGS[text]
    known = ", ".join(member.value for member in GaitClass)
    raise InputError(f"label {spelling!r} is not a gait class; known are {known}")
