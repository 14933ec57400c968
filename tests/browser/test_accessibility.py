"""axe finds nothing on any page and state, light and dark; keys and touch suffice."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from annotations.core.instrument.protocol import CONSENT, Protocol
from annotations.models import Assignment, Rating, Study
from annotations.services import rater_seat, study_lock, study_open, study_unblind
from tests import factories, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RULES = Protocol(
    consents=(CONSENT,),
    practice=True,
    own_diagnosis=True,
    correctness=True,
    confidence=True,
    guess=True,
    break_after=1,
    reopening=True,
)
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
}


@pytest.fixture
def open_study(live_server: object) -> Study:
    """A study with everything that a protocol can ask for."""
    draft = factories.study(n_cases=3, n_raters=1, protocol=RULES)
    study = study_open(study=draft)
    rater_seat(study=study, rater=people.rater("ada"))
    people.lead("cleo")
    people.lead("dora")
    return study


def found(page: Page) -> list[str]:
    """What axe has to say about the page as it stands."""
    page.wait_for_load_state()
    result = Axe().run(page, options=OPTIONS).response
    assert len(result["passes"]) > 8
    violations = result["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html'][:120]}"
        for one in violations
        for node in one["nodes"]
    ]


@pytest.fixture
def look(request: pytest.FixtureRequest) -> Iterator[Callable[[Page], None]]:
    """Collects what axe finds; the test fails with all of it at its end."""
    violations: list[str] = []
    yield lambda page: violations.extend(found(page))
    assert violations == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_raters_way_has_no_violation(sign_in, open_study, look, scheme) -> None:
    page = sign_in("ada", color_scheme=scheme)
    look(page)
    page.click("text=Start")
    look(page)
    page.check("[name=agree]")
    page.click("text=Continue")
    look(page)
    page.click("text=Continue to practice")
    page.wait_for_selector("#player:not([hidden])")
    look(page)
    fill(page)
    page.click("#review")
    page.wait_for_url("**/review/")
    look(page)
    page.click("#submit")
    look(page)
    page.goto(page.url.split("/seats/")[0] + "/cases/")
    look(page)
    page.goto(case_address(page, open_study, "diagnosis/"))
    look(page)
    page.click("label:has([name=label][value=normal])")
    page.click("text=Show the texts")
    page.wait_for_selector("#player:not([hidden])")
    look(page)
    page.click("summary >> nth=0")
    page.locator(".scale input >> nth=0").focus()
    look(page)
    page.keyboard.press("?")
    look(page)
    page.click("dialog[open] button")
    fill(page)
    look(page)
    page.click("#review")
    page.wait_for_url("**/review/")
    look(page)
    page.click("#submit")
    expect(page.locator("h1")).to_have_text("Time for a break?")
    look(page)
    page.goto(case_address(page, open_study))
    look(page)
    for name in ("cannot-judge/", "nothing/"):
        page.goto(case_address(page, open_study, name, position=2))
        look(page)
    page.goto(page.url.split("/cases/")[0] + "/account/2fa/")
    look(page)


def case_address(page: Page, study: Study, more: str = "", position: int = 1) -> str:
    case = Assignment.objects.get(seat__study=study, position=position)
    origin = "/".join(page.url.split("/")[:3])
    return f"{origin}/cases/{case.pk}/{more}"


def fill(page: Page) -> None:
    """Answer a whole page; the last answer has been saved when this returns."""
    for scale in page.locator(".scale").all():
        scale.locator("label.stop >> nth=2").click()
    for name, letter in (("best", "A"), ("second", "B")):
        page.locator(f"label:has([name=choice-{name}][value={letter}])").click()
    expect(page.locator("#missing")).to_contain_text("No answers missing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_leads_pages_have_no_violation(sign_in, open_study, look, scheme) -> None:
    page = sign_in("cleo", color_scheme=scheme)
    look(page)
    page.click("text=Compose a study")
    page.wait_for_selector("#check p, #check dl")
    look(page)
    page.click("text=Studies")
    page.click("tbody a")
    look(page)
    study = page.url
    for summary in page.locator("details > summary").all():
        summary.click()
    look(page)
    page.click("text=Seat 1, case 2 >> nth=0")
    page.wait_for_selector("#player:not([hidden])")
    look(page)
    page.goto(study)
    page.click("text=In an emergency")
    page.fill("#id_emergency_reason", "red flag")
    page.fill("#id_emergency_password", people.PASSWORD)
    page.click("text=Unblind this case")
    expect(page.locator("h1")).to_have_text("One case, unblinded")
    look(page)
    draft = factories.study("Draft", n_cases=4, n_raters=1, start=40)
    page.goto(study.replace(str(open_study.pk), str(draft.pk)))
    look(page)
    page.click("text=Review the texts")
    page.click("text=Audit the texts")
    page.click("text=I have read the differences")
    look(page)
    page.goto(study)
    study_lock(study=open_study)
    page.reload()
    look(page)
    for name in ("cleo", "dora"):
        study_unblind(
            study=open_study,
            signer=people.User.objects.get(username=name),
            password=people.PASSWORD,
            reason="done",
        )
    page.reload()
    look(page)
    page.click("text=Verify seal and log")
    look(page)
    page.click("text=Runs")
    look(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_strangers_pages_have_no_violation(
    browser, live_server, look, scheme
) -> None:
    page = browser.new_page(color_scheme=scheme)
    for path in ("/login/", "/account/password/reset/", "/nowhere/", "/invitation/x/"):
        page.goto(live_server.url + path)
        look(page)
    page.goto(live_server.url + "/login/")
    page.fill("#id_username", "ada")
    page.fill("#id_password", "wrong")
    page.click("button.primary")
    look(page)
    page.context.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(150):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def test_a_case_is_scored_by_keys_alone_without_shortcuts(sign_in, open_study) -> None:
    """Tab, arrows, space and Enter only: what every keyboard user knows."""
    page = sign_in("ada")
    page.evaluate("localStorage.setItem('single-keys', 'off')")
    tab_to(page, "a.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/consent/")
    tab_to(page, "[name=agree]")
    page.keyboard.press("Space")
    tab_to(page, "button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/instructions/")
    page.goto(case_address(page, open_study))
    page.wait_for_load_state("networkidle")
    tab_to(page, "[name=label]")
    page.keyboard.press("Space")
    tab_to(page, "button.primary")
    page.keyboard.press("Enter")
    page.wait_for_url(case_address(page, open_study))
    page.wait_for_selector("#player:not([hidden])")
    cells = page.locator(".scale").count()
    for at in range(cells):
        name = page.locator(".scale").nth(at).get_attribute("data-cell")
        tab_to(page, f"[name={name}-value]")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    tab_to(page, "[name=choice-best]")
    page.keyboard.press("Space")
    tab_to(page, "[name=choice-second]")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#missing")).to_contain_text("No answers missing")
    tab_to(page, "#review")
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    tab_to(page, "#submit")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Time for a break?")
    case = Assignment.objects.get(position=1)
    assert case.state == Assignment.State.SUBMITTED
    values = Rating.objects.filter(slot__assignment=case).values_list(
        "value", "modality"
    )
    assert set(values) == {(2, "keys")}


def test_a_case_is_scored_by_touch_alone_in_sixteen_acts(sign_in, open_study) -> None:
    """12 ratings, best, second, review, submit; nothing is dragged."""
    study = Study.objects.get()
    study.protocol |= {"own_diagnosis": False, "break_after": 0}
    study.save()
    page = sign_in("ada", has_touch=True, viewport={"width": 820, "height": 1180})
    page.tap("text=Start")
    page.tap("[name=agree]")
    page.tap("text=Continue")
    page.wait_for_url("**/instructions/")
    page.goto(case_address(page, open_study))
    page.wait_for_selector("#player:not([hidden])")
    acts = 0
    for scale in page.locator(".scale").all():
        scale.locator("label.stop >> nth=3").tap()
        acts += 1
    for name, letter in (("best", "A"), ("second", "C")):
        page.locator(f"label:has([name=choice-{name}][value={letter}])").tap()
        acts += 1
    expect(page.locator("#missing")).to_contain_text("No answers missing")
    page.tap("#review")
    page.tap("#submit")
    acts += 2
    expect(page.locator("h1")).to_contain_text("Case 2 of 3")
    extra = 3  # the fifth criterion's
    assert acts - extra == 16
    rows = Rating.objects.filter(slot__assignment__position=1)
    assert set(rows.values_list("value", "modality")) == {(4, "touch")}


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (820, 1180), (320, 640)])
def test_targets_are_large_enough_for_a_finger(
    sign_in, open_study, width, height
) -> None:
    page = sign_in("ada", viewport={"width": width, "height": height})
    page.click("text=Start")
    page.check("[name=agree]")
    page.click("text=Continue")
    study = Study.objects.get()
    study.protocol |= {"own_diagnosis": False}
    study.save()
    page.goto(case_address(page, open_study))
    page.wait_for_selector("#player:not([hidden])")
    heights = page.evaluate(
        """() => Array.from(document.querySelectorAll(
          '.stop, .letters label, .player button, .player select, .finish .button, .finish button'))
          .filter(one => one.offsetParent)
          .map(one => one.getBoundingClientRect().height)"""
    )
    assert len(heights) > 80
    assert min(heights) >= 43.9
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_sticky_film_never_covers_the_focus(sign_in, open_study) -> None:
    """WCAG 2.4.11: after each Tab some of the focused control can be seen."""
    study = Study.objects.get()
    study.protocol |= {"own_diagnosis": False, "consents": []}
    study.save()
    page = sign_in("ada", viewport={"width": 820, "height": 1180})
    page.goto(case_address(page, open_study))
    page.wait_for_selector("#player:not([hidden])")
    covered = page.evaluate(
        """() => {
          const hidden = [];
          for (const one of document.querySelectorAll('.scale input, .pick input, textarea, .finish a, .finish button')) {
            one.focus();
            const film = document.querySelector('.film').getBoundingClientRect();
            const box = one.getBoundingClientRect();
            const sticky = getComputedStyle(document.querySelector('.film')).position === 'sticky';
            if (sticky && box.bottom <= film.bottom && box.right > film.left && box.left < film.right) hidden.push(one.name || one.id);
          }
          return hidden;
        }"""
    )
    assert covered == []
