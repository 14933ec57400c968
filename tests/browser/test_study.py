"""A study as its people live it: scored by keyboard, locked, unblinded, read."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from annotations.models import Assignment, Comment, Rating, Study
from tests import factories
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_case(page: Page) -> None:
    page.click("a.button:has-text('case 1')")
    page.wait_for_selector("#player:not([hidden])")


def chosen(page: Page) -> list[str]:
    boxes = page.locator("#sheet input[type=radio]:checked")
    return [
        f"{box.get_attribute('name')}={box.get_attribute('value')}"
        for box in boxes.all()
    ]


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def submit(page: Page) -> None:
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/review/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#submit")).to_have_count(0)


def test_a_case_is_scored_by_keyboard_and_survives_a_reload(
    sign_in, open_study
) -> None:
    page = sign_in("ada")
    open_case(page)
    texts = page.locator(".card").all_inner_texts()
    assert chosen(page) == []
    press(page, "4 2 3 5 1 2")
    expect(page.locator("#missing")).to_contain_text("8 answers missing")
    before = chosen(page)
    assert len(before) == 6

    page.reload()
    assert chosen(page) == before
    assert page.locator(".card").all_inner_texts() == texts

    press(page, "5 4 3 2 1 5 Shift+B Shift+A")
    expect(page.locator("#missing")).to_contain_text("No answers missing")
    page.fill("#comment-text", "B wins with concrete metrics.")
    page.locator("#comment-text").blur()
    expect(page.locator("[name=comment-version]")).to_have_value("1")
    submit(page)
    expect(page.locator("h1")).to_contain_text("Case 2 of 2")
    first = Assignment.objects.get(position=1)
    assert first.state == Assignment.State.SUBMITTED
    values = Rating.objects.filter(slot__assignment=first).order_by(
        "criterion__rank", "slot__letter"
    )
    assert [row.value for row in values] == [4, 2, 3, 5, 1, 2, 5, 4, 3, 2, 1, 5]
    assert Comment.objects.get(assignment=first).text == "B wins with concrete metrics."


def test_a_study_goes_from_the_last_score_to_the_report(sign_in, open_study) -> None:
    ada = sign_in("ada")
    open_case(ada)
    for _ in range(2):
        press(ada, "4 2 3 5 1 2 5 4 3 2 1 5 Shift+A Shift+C")
        expect(ada.locator("#missing")).to_contain_text("No answers missing")
        submit(ada)
    expect(ada.locator("h1")).to_have_text("Thank you")

    cleo = sign_in("cleo")
    cleo.click("tbody a")
    expect(cleo.locator("main")).to_contain_text("2 of 2")
    cleo.fill("#id_lock_password", PASSWORD)
    cleo.click("text=Lock the study")
    for person in (cleo, sign_in("dora")):
        person.goto(cleo.url)
        person.fill("#id_reason", "All cases are in.")
        person.fill("#id_password", PASSWORD)
        person.click("text=Sign the unblinding")
        person.wait_for_load_state()
    assert Study.objects.get().state == Study.State.UNBLINDED

    cleo.reload()
    cleo.click("text=Verify seal and log")
    expect(cleo.locator(".note.success")).to_contain_text("untouched")
    cleo.click("text=Read the analysis")
    for system in factories.SYSTEMS:
        expect(cleo.locator("main")).to_contain_text(system)


def test_without_a_connection_nothing_is_lost(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    page.context.set_offline(True)
    press(page, "4 2")
    expect(page.locator("#saved")).to_contain_text("not saved yet")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved", timeout=15_000)
    expect(page.locator("#missing")).to_contain_text("12 answers missing")
    values = Rating.objects.filter(value__isnull=False).values_list("value", flat=True)
    assert sorted(values) == [2, 4]


def test_the_way_to_the_review_waits_for_what_is_not_saved(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    page.context.set_offline(True)
    page.click("#comment-text")
    page.keyboard.type("The left arm hardly swings.")
    page.click("#review")
    expect(page.locator("#saved")).to_contain_text("not saved yet")
    expect(page.locator("#comment-text")).to_have_value("The left arm hardly swings.")
    page.context.set_offline(False)
    page.wait_for_url("**/review/")
    expect(page.locator("main")).to_contain_text("The left arm hardly swings.")


def test_who_writes_on_meanwhile_is_not_led_away(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    page.context.set_offline(True)
    page.check("#cell-A-grounding input[value='4']", force=True)
    page.click("#review")
    expect(page.locator("#saved")).to_contain_text("not saved yet")
    page.click("#comment-text")
    page.keyboard.type("The left arm")
    page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.keyboard.type(" hardly swings.")
    expect(page.locator("#comment-text")).to_have_value("The left arm hardly swings.")
    page.click("#review")
    page.wait_for_url("**/review/")
    expect(page.locator("main")).to_contain_text("The left arm hardly swings.")


def test_words_typed_last_are_saved_before_the_review(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    page.click("#comment-text")
    page.keyboard.type("First line.\nSecond line.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/review/")
    assert Comment.objects.exclude(text="").get().text == "First line.\nSecond line."


@pytest.mark.parametrize("has_reloaded", [False, True])
def test_a_change_of_mind_outlives_an_acknowledgement_that_was_lost(
    sign_in, open_study, has_reloaded: bool
) -> None:
    page = sign_in("ada")
    open_case(page)

    def lose(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        if not Rating.objects.filter(value__isnull=False).exists():
            route.fetch()  # the server has it, and the page never hears so
        return route.abort()

    page.route("**/cells/**", lose)
    press(page, "3")
    expect(page.locator("#saved")).to_contain_text("not saved yet")
    page.check("#cell-A-grounding input[value='4']", force=True)
    assert Rating.objects.get(value__isnull=False).value == 3
    if has_reloaded:
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
    page.unroute("**/cells/**")
    expect(page.locator("#saved")).to_contain_text("Saved", timeout=15_000)
    expect(page.locator("#notice")).not_to_contain_text("another window")
    assert Rating.objects.get(value__isnull=False).value == 4


def test_a_second_window_is_noticed(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    second = page.context.new_page()
    second.goto(page.url)
    expect(page.locator("#notice")).to_contain_text("open in another window")
    press(second, "4")
    expect(second.locator("#missing")).to_contain_text("13 answers missing")
    press(page, "2")
    expect(page.locator("#notice")).to_contain_text("changed in another window")
    assert Rating.objects.get(value__isnull=False).value == 4


@pytest.mark.parametrize("width", [1280, 820, 320])
def test_what_was_not_taken_is_said_where_the_rater_looks(
    sign_in, open_study, width: int
) -> None:
    page = sign_in("ada", viewport={"width": width, "height": 800})
    open_case(page)
    second = page.context.new_page()
    second.goto(page.url)
    press(second, "4")
    expect(second.locator("#missing")).to_contain_text("13 answers missing")
    press(page, "2")
    expect(page.locator("#notice")).to_contain_text("changed in another window")
    page.locator("#review").scroll_into_view_if_needed()
    expect(page.locator("#notice p")).to_be_in_viewport(ratio=1)


def test_a_score_can_be_cleared_and_best_moves_off_second(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    press(page, "4")
    page.locator("#cell-A-grounding").hover()
    page.click("#cell-A-grounding .clear")
    page.check("[name=choice-best][value=A]", force=True)
    page.check("[name=choice-second][value=A]", force=True)
    expect(page.locator("#missing")).to_contain_text("13 answers missing")
    assert chosen(page) == ["choice-second=A"]


def test_a_case_is_scored_without_javascript(sign_in, open_study) -> None:
    page = sign_in("ada", java_script_enabled=False)
    page.click("a.button:has-text('case 1')")
    for scale in page.locator(".scale").all():
        scale.locator("input[value='3']").check(force=True)
    page.check("[name=choice-best][value=A]", force=True)
    page.check("[name=choice-second][value=B]", force=True)
    page.click("#review")
    page.click("#submit")
    expect(page.locator("h1")).to_contain_text("Case 2 of 2")
    done = Assignment.objects.get(state=Assignment.State.SUBMITTED)
    assert Rating.objects.filter(slot__assignment=done, value=3).count() == 12


def test_the_film_plays_steps_and_slows(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    film, shown = page.locator("#film"), page.locator("[data-show=time]")
    expect(film).to_have_js_property("readyState", 4)
    press(page, ". .")
    expect(shown).to_have_text("0.2 s · frame 3")
    press(page, ", -")
    expect(shown).to_have_text("0.1 s · frame 2")
    expect(film).to_have_js_property("playbackRate", 0.75)
    press(page, "Space")
    expect(film).to_have_js_property("paused", False)


@pytest.mark.parametrize("address", [r"/film/.+", r"/film/"])
def test_a_film_that_does_not_come_says_so_and_comes_with_the_connection(
    sign_in, open_study, address: str
) -> None:
    page = sign_in("ada")
    page.route(re.compile(address), lambda route: route.abort())
    open_case(page)
    expect(page.locator("#film-failed")).to_be_visible()
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#film-failed")).to_be_hidden()
    page.wait_for_function("document.getElementById('film').readyState > 1")


@pytest.mark.parametrize("width", [1280, 820, 320])
def test_no_page_scrolls_sideways(sign_in, open_study, width: int) -> None:
    page = sign_in("ada", viewport={"width": width, "height": 800})
    open_case(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.locator(".stop").evaluate_all(
        "stops => stops.map(stop => Math.min(stop.clientWidth, stop.clientHeight))"
    )
    assert min(sizes) >= 24


def test_single_keys_can_be_switched_off(sign_in, open_study) -> None:
    page = sign_in("ada")
    open_case(page)
    press(page, "?")
    page.uncheck("#keys-on")
    page.click("dialog button")
    press(page, "4")
    assert chosen(page) == []
