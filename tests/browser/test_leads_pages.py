"""The leads' pages on small windows, and with what raters may write."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from annotations.models import Assignment
from annotations.services import comment_save, study_lock
from gaitmodel.models import Run
from tests.annotations.services.test_closing import sign
from tests.annotations.services.test_rating import complete

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_no_page_of_the_leads_scrolls_sideways(sign_in, open_study) -> None:
    Run.objects.create(kind=Run.Kind.TRAIN, system="tsn")
    cleo = sign_in("cleo", viewport={"width": 320, "height": 800})
    site = cleo.url.split("/studies")[0]
    own = f"studies/{open_study.pk}/"
    for page in (
        "studies/",
        own,
        f"{own}audit/",
        "studies/new/",
        "plan/",
        "model/runs/",
    ):
        cleo.goto(f"{site}/{page}")
        assert sideways(cleo) == 0, page


def test_a_comments_longest_words_break_where_leads_read_them(
    sign_in, open_study
) -> None:
    cases = list(Assignment.objects.select_related("seat__rater"))
    for case in cases:
        complete(case)
    words = f"see http://example.org/{'walk' * 60}\nand again"
    case = cases[0]
    comment_save(case_id=case.pk, text=words, version=0, actor=case.seat.rater)
    study_lock(study=open_study)
    cleo = sign_in("cleo", viewport={"width": 820, "height": 1180})
    cleo.goto(f"{cleo.url.split('/studies')[0]}/studies/{open_study.pk}/coding/")
    cleo.fill("textarea", "more: asks for more")
    cleo.click("text=Freeze the codebook")
    expect(cleo.locator("blockquote")).to_contain_text("and again")
    assert sideways(cleo) == 0
    for name in ("cleo", "dora"):
        sign(open_study, User.objects.get(username=name))
    for page in ("comments", "analysis"):
        cleo.goto(f"{cleo.url.split('/coding')[0].split('/comments')[0]}/{page}/")
        shown = cleo.locator(".words")
        assert shown.inner_text().splitlines()[-1] == "and again"
        assert sideways(cleo) == 0
        box = shown.bounding_box()
        assert box["x"] + box["width"] <= 820
    cleo.set_viewport_size({"width": 320, "height": 800})
    assert sideways(cleo) == 0


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")
