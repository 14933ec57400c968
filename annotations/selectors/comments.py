"""Comments: for blind coders one by one, and after unblinding with their systems."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from annotations.core.ratings.rated_output import RatedOutput
from annotations.models import Study
from annotations.models.answers import Comment
from annotations.models.coding import Codebook, CommentCoding


@dataclass(frozen=True)
class CodingTask:
    """What a coder sees: the comment's text only, and the progress of the coding."""

    comment_id: int
    text: str
    done: int
    total: int


def codebook_of(study: Study) -> list[dict[str, str]]:
    """The codes, or an empty list before there is a codebook."""
    book = Codebook.objects.filter(study=study).first()
    return list(book.codes) if book else []


def coding_next(study: Study, coder: User) -> CodingTask | None:
    """The coder's next comment, in an order that reveals neither rater nor case."""
    rows = _comments(study)
    done = set(
        CommentCoding.objects.filter(
            coder=coder, comment__assignment__seat__study=study
        ).values_list("comment_id", flat=True)
    )
    left = sorted(
        (pk for pk, _ in rows if pk not in done), key=lambda pk: _shuffled(study, pk)
    )
    if not left:
        return None
    texts = dict(rows)
    return CodingTask(left[0], texts[left[0]], len(rows) - len(left), len(rows))


def _comments(study: Study) -> list[tuple[int, str]]:
    found = Comment.objects.filter(assignment__seat__study=study).exclude(text="")
    return list(found.values_list("pk", "text"))


def _shuffled(study: Study, pk: int) -> str:
    return hashlib.sha256(f"{study.pk} {pk}".encode()).hexdigest()


def codings_of(study: Study) -> dict[str, dict[str, frozenset[str]]]:
    """By comment, then by coder: the codes given."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    rows = CommentCoding.objects.filter(comment__assignment__seat__study=study)
    for row in rows.select_related("coder"):
        of = found.setdefault(str(row.comment_id), {})
        of[row.coder.username] = frozenset(row.keys)
    return found


def comments_found(outputs: Sequence[RatedOutput], words: str) -> list[RatedOutput]:
    """One output per commented reading that contains ``words``: the best, if any."""
    chosen: dict[tuple[str, str, int], RatedOutput] = {}
    for output in outputs:
        key = (output.case, output.evaluator, output.occasion)
        if output.comment and (output.best or key not in chosen):
            chosen[key] = output
    wanted = words.casefold()
    return [o for o in chosen.values() if wanted in f"{o.comment} {o.model}".casefold()]
