"""Writes of the comments' coding: only while the study is locked and still blind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from django.contrib.auth.models import User
from django.db import transaction

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.core.instrument.codebook import codebook_from
from annotations.models import Study
from annotations.models.answers import Comment
from annotations.models.coding import Codebook, CommentCoding


@transaction.atomic
def codebook_save(*, study: Study, text: str, actor: User) -> Codebook:
    """Fix the codes before the first comment is coded.

    Raises
    ------
    StudyError
        If a line is not a code, or coding has begun.
    StateError
        If the study is not locked, or already unblinded.
    """
    study = _blind(study)
    codes = [asdict(code) for code in codebook_from(text)]
    if CommentCoding.objects.filter(comment__assignment__seat__study=study).exists():
        raise StudyError("coding has begun: the codebook can no longer be changed")
    book, _ = Codebook.objects.update_or_create(study=study, defaults={"codes": codes})
    said = {"codes": codes, "codings_logged": True}
    event_append(study=study, actor=actor, kind="codebook_written", payload=said)
    return book


@transaction.atomic
def comment_code(
    *, study: Study, comment_id: int, keys: Sequence[str], coder: User
) -> CommentCoding:
    """Save a coder's codes for one comment, replacing earlier ones.

    Raises
    ------
    StudyError
        If the comment is not of this study, or a code not in its codebook.
    StateError
        If the study is not locked, or already unblinded.
    """
    study = _blind(study)
    book = Codebook.objects.filter(study=study).first()
    if book is None:
        raise StudyError("write the codebook first")
    known = {code["key"] for code in book.codes}
    if unknown := set(keys) - known:
        raise StudyError(f"{min(unknown)!r} is not a code of the codebook")
    comment = (
        Comment.objects.filter(pk=comment_id, assignment__seat__study=study)
        .exclude(text="")
        .first()
    )
    if comment is None:
        raise StudyError("there is no such comment in this study")
    coding, _ = CommentCoding.objects.update_or_create(
        comment=comment, coder=coder, defaults={"keys": sorted(set(keys))}
    )
    said = {"assignment": str(comment.assignment_id), "codes": coding.keys}
    event_append(study=study, actor=coder, kind="comment_coded", payload=said)
    return coding


def _blind(study: Study) -> Study:
    held = study_for_update(study.pk)
    if held.state != Study.State.LOCKED:
        raise StateError(
            "comments are coded while the study is locked and still blind; it is "
            f"{held.get_state_display()}"
        )
    return held
