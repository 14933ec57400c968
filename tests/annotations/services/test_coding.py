"""Coding of comments: blind, between lock and unblinding, and searched afterwards."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import Assignment, Study
from annotations.models.answers import Comment
from annotations.models.coding import Codebook, CommentCoding
from annotations.reports import study_report
from annotations.selectors.comments import coding_next
from annotations.services import study_lock, study_verify
from annotations.services.coding import codebook_save, comment_code
from annotations.services.recoding import coding_breaks
from tests import factories
from tests.annotations.services.test_closing import sign
from tests.annotations.services.test_rating import complete

pytestmark = pytest.mark.django_db
BOOK = "numbers: cites a number\nwrong: says what is not so"


@pytest.fixture
def locked(study: Study, case: Assignment) -> Study:
    """One case complete, with a comment, and the study locked."""
    complete(case)
    Comment.objects.filter(assignment=case).update(text="The cadence is plain wrong")
    return study_lock(study=study)


def test_a_coder_sees_the_words_and_nothing_else(
    locked: Study, cleo: User, case: Assignment
) -> None:
    codebook_save(study=locked, text=BOOK, actor=cleo)
    client = Client()
    client.force_login(cleo)
    page = client.get(reverse("study_coding", args=[locked.pk])).content.decode()
    assert "The cadence is plain wrong" in page
    assert "cites a number" in page
    for canary in (*factories.SYSTEMS, factories.CLIP_CANARY, "ada", str(case.pk)):
        assert canary not in page


def test_a_number_too_long_to_be_read_is_no_comment(locked: Study, cleo: User) -> None:
    codebook_save(study=locked, text=BOOK, actor=cleo)
    client = Client()
    client.force_login(cleo)
    answer = client.post(
        reverse("study_coding", args=[locked.pk]), {"comment": "9" * 5000}, follow=True
    )
    assert "there is no such comment in this study" in answer.content.decode()


def test_two_coders_code_and_the_report_has_their_kappa(
    locked: Study, cleo: User, dora: User
) -> None:
    codebook_save(study=locked, text=BOOK, actor=cleo)
    for coder in (cleo, dora):
        task = coding_next(locked, coder)
        assert task is not None
        comment_code(
            study=locked, comment_id=task.comment_id, keys=["wrong"], coder=coder
        )
        assert coding_next(locked, coder) is None
    sign(locked, cleo)
    study = sign(locked, dora)
    (numbers, wrong) = study_report(study).coding
    assert (wrong.first, wrong.second, wrong.comments) == (1, 1, 1)
    assert numbers.first == 0
    titles = [table.title for table in study_report(study).tables()]
    assert "Comments coded before unblinding" in titles


def test_codes_and_codebook_are_what_the_log_says(
    locked: Study, cleo: User, dora: User
) -> None:
    book = codebook_save(study=locked, text=BOOK, actor=cleo)
    comment = coding_next(locked, cleo).comment_id  # type: ignore[union-attr]
    for coder, keys in ((cleo, ["wrong"]), (dora, []), (cleo, ["numbers"])):
        comment_code(study=locked, comment_id=comment, keys=keys, coder=coder)
    assert coding_breaks(locked) == []
    mine = CommentCoding.objects.filter(coder=cleo)
    mine.update(keys=["wrong"])
    (told,) = coding_breaks(locked)
    assert "the codes of its comment are not those of the log" in told
    mine.delete()
    assert coding_breaks(locked) == [told]
    Codebook.objects.filter(pk=book.pk).update(codes=[])
    assert coding_breaks(locked)[0].startswith("codebook:")
    assert set(coding_breaks(locked)) <= set(study_verify(locked).breaks)


def test_what_was_coded_before_codes_were_logged_is_no_break(
    locked: Study, cleo: User, dora: User
) -> None:
    """Nor when the rest is coded, and logged, after an upgrade."""
    codes = [{"key": "wrong", "meaning": "says what is not so"}]
    Codebook.objects.create(study=locked, codes=codes)
    with transaction.atomic():
        event_append(
            study=study_for_update(locked.pk),
            kind="codebook_written",
            actor=cleo,
            payload={"codes": codes},
        )
    coded_in_the_database(cleo)
    assert coding_breaks(locked) == []
    comment = Comment.objects.exclude(text="").get()
    comment_code(study=locked, comment_id=comment.pk, keys=["wrong"], coder=dora)
    assert coding_breaks(locked) == []
    CommentCoding.objects.filter(coder=dora).update(keys=[])
    assert len(coding_breaks(locked)) == 1


def coded_in_the_database(coder: User) -> None:
    comment = Comment.objects.exclude(text="").get()
    CommentCoding.objects.create(comment=comment, coder=coder, keys=["wrong"])


@pytest.mark.parametrize("book", [BOOK, None])
def test_codes_of_which_the_log_says_nothing_are_found(
    locked: Study, cleo: User, book: str | None
) -> None:
    if book:
        codebook_save(study=locked, text=book, actor=cleo)
    assert coding_breaks(locked) == []
    coded_in_the_database(cleo)
    (told,) = coding_breaks(locked)
    assert "the codes of its comment are not those of the log" in told


def test_nothing_is_coded_before_the_lock_or_after_unblinding(
    study: Study, cleo: User, dora: User
) -> None:
    with pytest.raises(StateError, match="it is open"):
        codebook_save(study=study, text=BOOK, actor=cleo)
    study_lock(study=study)
    codebook_save(study=study, text=BOOK, actor=cleo)
    sign(study, cleo)
    sign(study, dora)
    with pytest.raises(StateError, match="it is unblinded"):
        comment_code(study=study, comment_id=1, keys=[], coder=cleo)


def test_a_codebook_is_fixed_once_coding_began(locked: Study, cleo: User) -> None:
    codebook_save(study=locked, text=BOOK, actor=cleo)
    codebook_save(study=locked, text="other: first thoughts change", actor=cleo)
    task = coding_next(locked, cleo)
    assert task is not None
    with pytest.raises(StudyError, match="'wrong' is not a code"):
        comment_code(
            study=locked, comment_id=task.comment_id, keys=["wrong"], coder=cleo
        )
    comment_code(study=locked, comment_id=task.comment_id, keys=["other"], coder=cleo)
    with pytest.raises(StudyError, match="coding has begun"):
        codebook_save(study=locked, text=BOOK, actor=cleo)
    assert CommentCoding.objects.count() == 1


def test_comments_are_searched_by_word_after_unblinding_only(
    locked: Study, cleo: User, dora: User
) -> None:
    client = Client()
    client.force_login(cleo)
    address = reverse("study_comments", args=[locked.pk])
    assert client.get(address).status_code == 302
    sign(locked, cleo)
    sign(locked, dora)
    assert "plain wrong" in client.get(address, {"q": "CADENCE"}).content.decode()
    assert "plain wrong" not in client.get(address, {"q": "balance"}).content.decode()
