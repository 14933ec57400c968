"""Points of WCAG 2.2 that axe cannot see: focus, motion, colour, where help stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from annotations.models import Assignment, Study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def case_page(sign_in, position: int = 1, **options: object) -> Page:
    page = sign_in("ada", **options)
    case = Assignment.objects.get(position=position)
    page.goto("/".join(page.url.split("/")[:3]) + f"/cases/{case.pk}/")
    page.wait_for_selector("#player:not([hidden])")
    page.wait_for_load_state("networkidle")
    return page


def tabbed(page: Page, most: int = 120) -> list[dict[str, object]]:
    """Every stop of Tab from the top: place, name, and what shows that it is there."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    stops = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const one = document.activeElement;
              if (one === document.body) return null;
              const shown = [one, one.nextElementSibling, one.closest('label'),
                one.closest('label')?.querySelector('span')].filter(Boolean);
              const box = one.getBoundingClientRect();
              return {
                name: one.name || one.id || one.textContent.trim().slice(0, 30),
                top: box.top + window.scrollY,
                before: window.last
                  ? Boolean(window.last.compareDocumentPosition(one) & 4) : true,
                outline: Math.max(...shown.map(part => {
                  const style = getComputedStyle(part);
                  return style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth);
                })),
                kept: (window.last = one) && true,
              };
            }"""
        )
        if stop is None:
            break
        stops.append(stop)
    return stops


def test_focus_goes_in_document_order_and_is_always_seen(sign_in, open_study) -> None:
    """2.4.3 and 2.4.7: a 2 px outline at least, at every stop of Tab."""
    stops = tabbed(case_page(sign_in))
    assert len(stops) > 25
    assert [stop["name"] for stop in stops if not stop["before"]] == []
    assert [stop["name"] for stop in stops if stop["outline"] < 2] == []  # type: ignore[operator]


def test_the_words_of_a_focused_scale_move_nothing(sign_in, open_study) -> None:
    """1.4.13: what appears on focus covers no other control and shifts none."""
    page = case_page(sign_in)
    places = """() => Array.from(document.querySelectorAll('.stop, .card, .letters label'))
      .map(one => { const box = one.getBoundingClientRect();
        return [box.left, box.top + window.scrollY, box.width, box.height]; })"""
    before = page.evaluate(places)
    page.locator(".scale >> nth=4").locator("input >> nth=2").focus()
    assert page.evaluate(places) == before
    covered = page.evaluate(
        """() => Array.from(document.querySelectorAll('.stop')).filter(stop => {
          const box = stop.getBoundingClientRect();
          if (box.top < 0 || box.bottom > window.innerHeight) return false;
          const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return top && !stop.contains(top) && !top.closest('.film, .bar');
        }).length"""
    )
    assert covered == 0


def test_a_chosen_point_differs_in_more_than_colour(sign_in, open_study) -> None:
    """1.4.1: it is larger and bolder than its neighbours."""
    page = case_page(sign_in)
    stops = page.locator(".scale >> nth=0").locator("label.stop")
    stops.nth(3).click()
    looks = page.evaluate(
        """() => Array.from(document.querySelector('.scale').querySelectorAll('.stop input + span'))
          .map(one => { const style = getComputedStyle(one);
            return [one.getBoundingClientRect().width, Number(style.fontWeight)]; })"""
    )
    sizes, weights = zip(*looks, strict=True)
    assert sizes[3] > max(sizes[:3])
    assert weights[3] > max(weights[:3])


def test_nothing_moves_where_reduced_motion_is_asked_for(sign_in, open_study) -> None:
    """2.3.3: no transition and no animation on any element."""
    page = case_page(sign_in, reduced_motion="reduce")
    moving = page.evaluate(
        """() => Array.from(document.querySelectorAll('*')).filter(one => {
          const style = getComputedStyle(one);
          return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')]
            .some(time => parseFloat(time) > 0);
        }).length"""
    )
    assert moving == 0


def test_help_stands_in_the_same_place_of_every_case(sign_in, open_study) -> None:
    """3.2.6: instructions and keys, first and second case."""
    places = []
    for position in (1, 2):
        page = case_page(sign_in, position)
        places.append(
            [
                page.locator(one).bounding_box()
                for one in ("nav >> text=Instructions", "#keys-open")
            ]
        )
    assert places[0] == places[1]
    assert None not in places[0]


def test_the_film_leaves_room_for_the_answers_on_a_telephone(
    sign_in, open_study
) -> None:
    """What stays at the top while scrolling takes less than half of the window."""
    assert Study.objects.count() == 1
    page = case_page(sign_in, viewport={"width": 320, "height": 640})
    page.locator(".scale >> nth=5").scroll_into_view_if_needed()
    film = page.locator(".film").bounding_box()
    assert film is not None
    assert film["y"] >= 0
    assert film["y"] + film["height"] < 320
