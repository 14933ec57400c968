"""The case page and what it refuses, over HTTP."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from annotations.models import Assignment, Choice, Comment, Rating
from annotations.services import study_lock
from tests.annotations.services.test_rating import complete

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(ada) -> Client:
    """Ada's browser."""
    client = Client(headers={"HX-Request": "true"})
    client.force_login(ada)
    return client


def rate(page: Client, case: Assignment, value: object, version: int = 0, **more):
    url = reverse("cell_save", args=[case.pk, "A", "grounding"])
    sent = {"A-grounding-value": value, "A-grounding-version": version, **more}
    return page.post(url, sent)


def value_of(case: Assignment) -> int | None:
    return Rating.objects.get(
        slot__assignment=case, slot__letter="A", criterion__key="grounding"
    ).value


def sheet(case: Assignment, **changes: object) -> dict[str, object]:
    """The whole page as a browser without JavaScript sends it."""
    sent: dict[str, object] = {
        "choice-version": 0,
        "comment-version": 0,
        "choice-best": "B",
        "choice-second": "A",
        "comment-text": "Clear.",
    }
    for rating in Rating.objects.filter(slot__assignment=case).select_related(
        "slot", "criterion"
    ):
        name = f"{rating.slot.letter}-{rating.criterion.key}"
        sent |= {f"{name}-value": 4, f"{name}-version": rating.version}
    return {key: value for key, value in (sent | changes).items() if value is not None}


def test_nothing_is_chosen_before_the_rater_chooses(page, case) -> None:
    html = page.get(reverse("case", args=[case.pk])).content.decode()
    assert html.count('type="radio"') == 12 * 5 + 6
    assert " checked" not in html.split('id="keys"')[0]


def test_a_score_is_saved_and_its_version_returned(page, case) -> None:
    answer = rate(page, case, 4)
    assert answer.status_code == 200
    assert 'name="A-grounding-version" value="1"' in answer.content.decode()
    assert "Saved" in answer.content.decode()
    assert value_of(case) == 4


@pytest.mark.parametrize("value", ["0", "6", "-1", "3.5", "three", "٣", "4 ", "1e0"])
def test_what_is_no_score_is_refused(page, case, value) -> None:
    rate(page, case, 2)
    answer = rate(page, case, value, 1)
    assert answer.status_code == 400
    assert value_of(case) == 2


def test_an_empty_value_clears(page, case) -> None:
    rate(page, case, 2)
    assert rate(page, case, "", 1).status_code == 200
    assert value_of(case) is None


def test_a_score_without_its_version_is_refused(page, case) -> None:
    url = reverse("cell_save", args=[case.pk, "A", "grounding"])
    assert page.post(url, {"A-grounding-value": 4}).status_code == 400


def test_a_stale_window_is_told(page, case) -> None:
    rate(page, case, 2)
    answer = rate(page, case, 5)
    assert answer.status_code == 409
    assert "another window" in answer.content.decode()
    assert value_of(case) == 2


def test_a_repeated_request_is_saved_once(page, case) -> None:
    key = str(uuid4())
    for _ in range(2):
        answer = rate(page, case, 4, **{"A-grounding-key": key})
        assert answer.status_code == 200
    assert Rating.objects.get(last_key=key).version == 1


def test_best_must_differ_from_second(page, case) -> None:
    url = reverse("picks_save", args=[case.pk])
    sent = {"choice-best": "A", "choice-second": "A", "choice-version": 0}
    assert page.post(url, sent).status_code == 409
    assert Choice.objects.get(assignment=case).best is None


def test_another_raters_case_takes_nothing(page, bens_case) -> None:
    assert rate(page, bens_case, 4).status_code == 404
    assert value_of(bens_case) is None


def test_nothing_is_taken_after_the_lock(page, case, study) -> None:
    study_lock(study=study)
    assert rate(page, case, 4).status_code == 409
    url = reverse("case", args=[case.pk])
    assert page.post(url, sheet(case)).status_code == 409
    assert page.post(reverse("case_review", args=[case.pk])).status_code == 409
    assert "closed" in page.get(url).content.decode()
    assert value_of(case) is None


def test_the_whole_page_works_without_javascript(page, case) -> None:
    url = reverse("case", args=[case.pk])
    assert page.post(url, sheet(case)).status_code == 302
    assert Rating.objects.filter(slot__assignment=case, value=4).count() == 12
    assert Choice.objects.get(assignment=case).best.letter == "B"
    assert Comment.objects.get(assignment=case).text == "Clear."
    sent = sheet(
        case, clear="A-grounding", **{"choice-version": 1, "comment-version": 1}
    )
    page.post(url, sent)
    assert value_of(case) is None
    assert Rating.objects.filter(slot__assignment=case, value=4).count() == 11


def test_lines_that_a_form_sends_in_its_own_way_are_no_other_comment(
    page, case
) -> None:
    lines = "\n".join(["The left arm hardly swings, see 0:02 there"] * 93)
    words = {"comment-text": lines, "comment-version": 0}
    assert len(lines) <= 4000
    assert page.post(reverse("words_save", args=[case.pk]), words).status_code == 200
    sent = sheet(case, **{"comment-text": lines.replace("\n", "\r\n")})
    assert page.post(reverse("case", args=[case.pk]), sent).status_code == 302
    stored = Comment.objects.get(assignment=case)
    assert (stored.text, stored.version) == (lines, 1)


@pytest.mark.parametrize("value", ["0", "6", "3.5", "text"])
def test_a_page_with_a_bad_score_saves_nothing(page, case, value) -> None:
    url = reverse("case", args=[case.pk])
    answer = page.post(url, sheet(case, **{"C-usefulness-value": value}))
    assert answer.status_code == 400
    assert not Rating.objects.filter(slot__assignment=case, value=4).exists()


def test_review_names_what_is_missing_and_submits_only_the_whole(page, case) -> None:
    url = reverse("case_review", args=[case.pk])
    assert "14 answers missing" in page.get(url).content.decode()
    assert page.post(url).status_code == 409
    complete(case)
    assert page.post(url).headers["Location"] != url
    case.refresh_from_db()
    assert case.state == Assignment.State.SUBMITTED


def test_the_last_case_ends_with_neutral_thanks(page, case) -> None:
    last = list(Assignment.objects.filter(seat=case.seat))
    for one in last:
        complete(one)
        answer = page.post(reverse("case_review", args=[one.pk]), follow=True)
    assert "Thank you" in answer.content.decode()
    assert "All 6 of your cases are submitted" in answer.content.decode()


def test_cannot_judge_asks_for_a_reason(page, case) -> None:
    url = reverse("case_cannot_judge", args=[case.pk])
    assert page.post(url, {"reason": " "}).status_code == 400
    assert page.post(url).status_code == 400
    assert page.post(url, {"reason": "black"}).status_code == 302
    case.refresh_from_db()
    assert case.state == Assignment.State.CANNOT_JUDGE


def test_a_reason_that_is_too_long_is_not_lost(page, case) -> None:
    url = reverse("case_cannot_judge", args=[case.pk])
    answer = page.post(url, {"reason": "The film is black. " * 60})
    assert answer.status_code == 400
    assert "The film is black. The film" in answer.content.decode()


def test_a_case_page_takes_few_queries(
    page, case, django_assert_max_num_queries
) -> None:
    url = reverse("case", args=[case.pk])
    page.get(url)
    with django_assert_max_num_queries(12):
        page.get(url)


def test_pages_carry_a_policy_without_inline_code(page, case) -> None:
    answer = page.get(reverse("case", args=[case.pk]))
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    html = answer.content.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count("<script src=")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("version", [2**31 - 1, 10**30])
def test_a_version_that_no_answer_can_have_is_refused_in_one_sentence(
    page, case, version: int
) -> None:
    """PostgreSQL's whole numbers end before those of a browser."""
    assert rate(page, case, 4, version).status_code == 400
    url = reverse("words_save", args=[case.pk])
    sent = {"comment-text": "slow", "comment-version": version}
    assert page.post(url, sent).status_code == 400
