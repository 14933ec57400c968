"""Compare the stored codes of a study's comments with its log."""

from __future__ import annotations

from annotations.models import Study
from annotations.models.coding import Codebook, CommentCoding

BOOK, CODED = "codebook_written", "comment_coded"


def coding_breaks(study: Study) -> list[str]:
    """A codebook, or a coder's codes, that differ from their last entry in the log.

    For studies whose coding began before codes were logged, only what is logged is
    compared; a later codebook's entry says that every coding will be logged.
    """
    return _book_breaks(study) + _code_breaks(study)


def _book_breaks(study: Study) -> list[str]:
    written = study.events.filter(kind=BOOK).order_by("sequence")
    logged = written.values_list("content__payload__codes", flat=True).last()
    stored = Codebook.objects.filter(study=study).values_list("codes", flat=True)
    is_same = list(stored) == ([] if logged is None else [logged])
    return [] if is_same else ["codebook: it is not the one that the log names"]


def _code_breaks(study: Study) -> list[str]:
    rows = study.events.filter(kind=CODED).order_by("sequence")
    logged = {
        (said["assignment"], coder): said["codes"]
        for said, coder in rows.values_list("content__payload", "actor")
    }
    stored = {
        (str(case), coder): codes
        for case, coder, codes in CommentCoding.objects.filter(
            comment__assignment__seat__study=study
        ).values_list("comment__assignment", "coder", "keys")
    }
    is_told = logged if _is_from_before(study) else logged | stored
    return [
        f"case {case}: the codes of its comment are not those of the log"
        for case, coder in sorted(is_told)
        if logged.get((case, coder)) != stored.get((case, coder))
    ]


def _is_from_before(study: Study) -> bool:
    """Whether comments can have been coded and the log say nothing of it."""
    said = study.events.filter(kind=BOOK).values_list(
        "content__payload__codings_logged", flat=True
    )
    books = list(said)
    return bool(books) and not any(books)
