"""How texts are shown: a deterministic rule that removes form and keeps content.

Nothing is rewritten: the spelling of headings, bullets, quotes, spaces and the mark of
a cut-off end are normalised, and names by which a model identifies itself are removed.
The raw text is kept; both hashes are logged once a lead has read the differences.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from annotations.core.errors import StudyError
from annotations.core.instrument.protocol import AS_WRITTEN

NORMALISED = "normalised 1"
ONE_DECIMAL = "normalised 1, one decimal"

_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ab": '"',
        "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-",
        "\u2014": "-", "\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
        "\u200b": None, "\ufeff": None, "\u00ad": None,
    }
)  # fmt: skip
_BULLET = re.compile(r"^\s*(?:[-*\u2022\u25cf\u25aa\u2023]|\d+[.)](?=\s*[a-z]))\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s*")
_EMPHASIS = re.compile(r"(\*\*|__|`)(.+?)\1")
_CLASS = re.compile(
    r"^\s*(?:1\s*[.)]\s*)?(?:final\s+)?diagnosis(?:\s+class)?\s*[:=-]\s*", re.IGNORECASE
)
_REASON = re.compile(
    r"^\s*(?:2\s*[.)]\s*)?(?:rationale|explanation|reasoning|justification)\s*[:=-]\s*",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:as an? (?:ai|artificial intelligence)?\s*(?:language |vision )?"
    r"(?:model|assistant)\b,?\s*)"
    r"|\b(?:bio-?gait(?:-?vlm)?|intern-?vl[\w.-]*|qwen[\w.-]*|(?:chat)?gpt[\w.-]*|"
    r"gemini|claude|llama[\w.-]*|smollm[\w.-]*)\b",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(?<![\w.])(\d+\.\d{2,})(?![\w.])")
_CUT = re.compile(r"\s*(?:\.{3,}|\u2026|\[\u2026\]|\[\.{3}\])\s*$")
_ENDS = (".", "!", "?", ":", ")", '"', "'")
CUT_MARK = " [...]"


@dataclass(frozen=True)
class Shown:
    """One text before and after the rule."""

    raw: str
    text: str

    @property
    def is_changed(self) -> bool:
        return self.raw.strip() != self.text

    def difference(self) -> tuple[tuple[str, str], ...]:
        """Words kept (" "), removed ("-") and added ("+"), in order."""
        lines = difflib.ndiff(self.raw.split(), self.text.split())
        return tuple((line[0], line[2:]) for line in lines if line[0] in " -+")


def _line(line: str) -> str:
    line = _EMPHASIS.sub(r"\2", _HEADING.sub("", line))
    if _CLASS.match(line):
        return "1) Final diagnosis class: " + _CLASS.sub("", line).strip()
    if _REASON.match(line):
        return "2) Rationale: " + _REASON.sub("", line).strip()
    return _BULLET.sub("- ", line).strip()


def _normalised(text: str) -> str:
    text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    text = _SELF.sub("", text)
    lines = [" ".join(_line(line).split()) for line in text.splitlines()]
    whole = "\n".join(line for line in lines if line)
    whole = re.sub(r"\s+([.,;:])", r"\1", whole)
    cut = _CUT.sub("", whole)
    if cut != whole or not whole.endswith(_ENDS):
        whole = cut.rstrip(" ,;-") + CUT_MARK
    return whole


def _one_decimal(text: str) -> str:
    return _DECIMAL.sub(lambda found: f"{float(found.group(1)):.1f}", _normalised(text))


RULES: dict[str, Callable[[str], str]] = {
    AS_WRITTEN: str.strip,
    NORMALISED: _normalised,
    ONE_DECIMAL: _one_decimal,
}


def presented(raw: str, rule: str) -> str:
    """The text as raters see it; the same text and rule always give the same bytes.

    Raises
    ------
    StudyError
        If there is no such rule, or the text has no letters or digits left.
    """
    if rule not in RULES:
        raise StudyError(f"presentation {rule!r} is not one of {', '.join(RULES)}")
    text = RULES[rule](raw)
    if not any(character.isalnum() for character in text):
        raise StudyError("a rationale has no words left to show")
    return text


def texts_sha256(texts: Sequence[str]) -> str:
    """One hash over all texts, independent of their order."""
    hashes = sorted(hashlib.sha256(text.encode()).hexdigest() for text in texts)
    return hashlib.sha256("".join(hashes).encode()).hexdigest()
