"""A study's protocol, fixed before sealing: tie rule, signatories, optional parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from annotations.core.errors import StudyError
from annotations.core.instrument.criteria import CORRECTNESS, CRITERIA, Criterion

MAX_SIGNATORIES = 5
AS_WRITTEN = "as written"


class TieRule(StrEnum):
    """What a rater may answer if no candidate stands out."""

    FORCED = "forced"
    TIES = "ties"
    NONE_ACCEPTABLE = "none acceptable"


@dataclass(frozen=True)
class ConsentForm:
    """What raters of one site agree to; ``site`` is empty for all others."""

    version: str
    text: str
    site: str = ""

    def __post_init__(self) -> None:
        if not self.version.strip() or not self.text.strip():
            raise StudyError("a consent form needs a version and a text")


CONSENT = ConsentForm(
    version="1",
    text=(
        "You are asked to score short texts about recorded walks. Taking part is "
        "voluntary, and you may stop at any time without giving a reason.\n"
        "Your scores, comments and choices are stored under your account, with the time "
        "you spent on each case and the parts of the video you played. They are "
        "analysed and published without your name.\n"
        "Until the study is locked you may withdraw your consent: your answers are then "
        "erased. After that they are part of the result and can no longer be taken out.\n"
        "The recordings show people. Do not copy, download or describe them outside "
        "this study."
    ),
)


@dataclass(frozen=True)
class Protocol:
    """Fixed when the study is created, sealed when it opens.

    ``signatories``: leads who must sign the unblinding. ``correctness`` adds the fifth
    criterion; ``confidence`` and ``guess`` add optional questions. ``own_diagnosis``
    asks for the rater's own before any text is shown; ``practice`` offers the practice
    cases first; ``break_after``: submitted cases after which a break is suggested
    (0: never); ``reopening``: whether a rater may reopen a submitted case while the
    study is open; ``consents``: the consent forms, one per site; ``presentation``: the
    rule by which the texts are shown (``instrument.presentation``).
    """

    tie_rule: TieRule = TieRule.FORCED
    signatories: int = 2
    correctness: bool = False
    confidence: bool = False
    guess: bool = False
    own_diagnosis: bool = False
    practice: bool = False
    break_after: int = 5
    reopening: bool = False
    consents: tuple[ConsentForm, ...] = ()
    presentation: str = AS_WRITTEN

    def __post_init__(self) -> None:
        if self.break_after < 0:
            raise StudyError(
                f"break after {self.break_after} cases: at least 0 is meant"
            )
        sites = [form.site for form in self.consents]
        if sites and (len(set(sites)) < len(sites) or "" not in sites):
            raise StudyError("consent forms: one a site, and one for all other sites")
        if not 1 <= self.signatories <= MAX_SIGNATORIES:
            raise StudyError(
                f"signatories is {self.signatories}; a protocol names 1 to "
                f"{MAX_SIGNATORIES}"
            )

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The paper's four, and the optional fifth."""
        return (*CRITERIA, CORRECTNESS) if self.correctness else CRITERIA

    def consent_for(self, site: str) -> ConsentForm | None:
        """The form shown to a rater of this site; ``None`` if there is none."""
        forms = {form.site: form for form in self.consents}
        return forms.get(site) or forms.get("")


def protocol_from(stored: Mapping[str, object]) -> Protocol:
    """Read a stored protocol; an unknown field or value is an error."""
    known = {field.name for field in fields(Protocol)}
    if unknown := sorted(set(stored) - known):
        raise StudyError(f"the protocol has an unknown field {unknown[0]!r}")
    rule = stored.get("tie_rule", TieRule.FORCED)
    if rule not in set(TieRule):
        raise StudyError(f"tie rule {rule!r} is not one of {', '.join(TieRule)}")
    values = {
        **stored,
        "tie_rule": TieRule(str(rule)),
        "consents": _consents(stored.get("consents", ())),
    }
    return Protocol(**values)  # type: ignore[arg-type]


def _consents(stored: object) -> tuple[ConsentForm, ...]:
    if not isinstance(stored, list | tuple):
        raise StudyError("the protocol's consents are not a list")
    return tuple(
        form if isinstance(form, ConsentForm) else ConsentForm(**form)
        for form in stored
    )


def protocol_json(protocol: Protocol) -> dict[str, object]:
    """The stored form."""
    return {
        **asdict(protocol),
        "tie_rule": str(protocol.tie_rule),
        "consents": [asdict(form) for form in protocol.consents],
    }
