"""The codes for comments, written as lines of text."""

from __future__ import annotations

from dataclasses import dataclass

from annotations.core.errors import StudyError

MOST_CODES = 30


@dataclass(frozen=True)
class Code:
    """One theme that a comment may show; ``key`` is what is stored."""

    key: str
    meaning: str


def codebook_from(text: str) -> tuple[Code, ...]:
    """Codes from lines ``key: meaning``.

    Raises
    ------
    StudyError
        Naming the line that is not a code, or a key that appears twice.
    """
    codes: dict[str, Code] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, colon, meaning = (part.strip() for part in line.partition(":"))
        is_code = colon and key and meaning and len(key) <= 40
        if not is_code or "\0" in line:
            raise StudyError(
                f"line {number} of the codebook must read 'key: meaning', not {line!r}"
            )
        if key in codes:
            raise StudyError(f"line {number} of the codebook: {key!r} appears twice")
        codes[key] = Code(key, meaning)
    if not 1 <= len(codes) <= MOST_CODES:
        raise StudyError(f"a codebook has 1 to {MOST_CODES} codes, not {len(codes)}")
    return tuple(codes.values())
