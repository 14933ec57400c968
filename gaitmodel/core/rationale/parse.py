"""Read a system's answer: the class it names, and its rationale (Fig. 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gaitmodel.core.errors import InputError
from gaitmodel.core.taxonomy import CLASSES, GaitClass, gait_class

_LABEL: Final = re.compile(
    r"(?:final\s+)?(?:diagnos\w*|predicted|gait)?\s*class(?:ification)?\s*(?:is)?\s*[:=\-]"
    r"|(?:final\s+)?diagnosis\s*(?:is)?\s*[:=]",
    re.IGNORECASE,
)
_RATIONALE: Final = re.compile(
    r"(?:\b2\s*[).:]\s*)?\b(?:rationale|explanation|reasoning|justification)\s*[:=\-]",
    re.IGNORECASE,
)
_END_OF_LABEL: Final = re.compile(r"[\n;]|\b2\s*[).]|\.\s|\.$")
_MARKUP: Final = re.compile(r"[*_`#]{1,3}")


@dataclass(frozen=True)
class ParsedRationale:
    """The named class (``None`` if none can be read) and the rationale's text."""

    label: GaitClass | None
    rationale: str


def parse_rationale(text: str) -> ParsedRationale:
    """Read ``1) Final diagnosis class: ...  2) Rationale: ...``, tolerantly.

    Markdown, missing numbers, other orders and spellings are accepted. Without the
    word "Rationale" everything after the class is the rationale; without a class
    the whole text is.
    """
    plain = _MARKUP.sub("", text).strip()
    body = _RATIONALE.search(plain)
    head = plain[: body.start()] if body else plain
    found = _LABEL.search(head)
    if found is None:
        label, rest = None, head
    else:
        named = head[found.end() :]
        end = _END_OF_LABEL.search(named.lstrip())
        cut = len(named) - len(named.lstrip()) + (end.start() if end else len(named))
        label, rest = _class_in(named[:cut]), named[cut:]
    rationale = plain[body.end() :] if body else rest.lstrip(" \n;.-")
    return ParsedRationale(label, rationale.strip())


def _class_in(words: str) -> GaitClass | None:
    """The class that ``words`` spell, or the only one they mention."""
    cleaned = words.strip(" \t\n.\"'<>[]()")
    for spelling in (words.strip(" \t\n.\"'<>[]"), cleaned):
        try:
            return gait_class(spelling)
        except InputError:
            continue
    low = cleaned.lower()
    named = [one for one in CLASSES if _mentions(low, one)]
    return named[0] if len(named) == 1 else None


_WORDS: Final[dict[GaitClass, str]] = {
    GaitClass.ABNORMAL: r"\babnormal",
    GaitClass.NORMAL: r"\bnormal",
    GaitClass.STYLE: r"\bstyle|\bstylis|\bstyliz",
    GaitClass.EXERCISE: r"\bexercise",
    GaitClass.PARKINSONS: r"\bparkinson",
    GaitClass.CEREBRAL_PALSY: r"\bcerebral\s+palsy|\bcp\b",
    GaitClass.MYOPATHIC: r"\bmyopath",
    GaitClass.DCM: r"\bdcm\b|\bcervical\s+myelopathy",
}


def _mentions(words: str, one: GaitClass) -> bool:
    return re.search(_WORDS[one], words) is not None
