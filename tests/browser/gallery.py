"""Retake the pictures of ``docs/screenshots``: ``python -m tests.browser.gallery``.

Every state of the rater's and the lead's pages, 1280 and 820 pixels wide (and the
rater's 320 wide, as at 400 % zoom), of a temporary site. Chromium must be installed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import FLAGS
from tests.processes import ROOT, serving, site_environment

OUT = ROOT / "docs" / "screenshots"
PASSWORD = "walking-slowly-42"
WORLDS = (("1280", "light"), ("820", "light"), ("1280", "dark"), ("320", "light"))
SIZES = {"1280": (1280, 800), "820": (820, 1180), "320": (320, 640)}


def site(folder: Path) -> dict[str, str]:
    return site_environment(folder) | {"LEADS_NEED_MFA": "no"}


def run(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@contextmanager
def signed_in(
    browser: Browser,
    origin: str,
    name: str,
    size: tuple[int, int],
    scheme: str,
    password: str = PASSWORD,
) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{origin}/login/")
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("button.primary")
    page.wait_for_url(lambda url: "login" not in url)
    yield page
    context.close()


class Camera:
    """Saves pictures under a name and the width of the window."""

    def __init__(self, page: Page, suffix: str) -> None:
        self.page, self.suffix = page, suffix

    def take(self, name: str, *, whole: bool = True) -> None:
        if self.page.locator("#player").count():
            self.page.wait_for_selector("#player:not([hidden])")
            self.page.evaluate(
                "() => { const f = document.getElementById('film'); f.pause(); f.currentTime = 1.2; }"
            )
            self.page.wait_for_timeout(400)
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('video[src]')].every(v => v.readyState > 1)"
        )
        if whole:
            self.page.evaluate("window.scrollTo(0, 0)")
        path = OUT / f"{name}-{self.suffix}.png"
        self.page.screenshot(path=path, full_page=whole, animations="disabled")
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(256)
        small.save(path, optimize=True)


def fill(page: Page, points: str) -> None:
    for scale, point in zip(page.locator(".scale").all(), points, strict=False):
        scale.locator(f"label.stop >> nth={int(point) - 1}").click()


def pick(page: Page, name: str, value: str) -> None:
    """Press the label once it lies still: what is saved meanwhile may move it."""
    page.click(f"label:has([name={name}][value={value}])")


def rater(page: Page, take: Camera) -> None:
    """From the first sign-in to the second case's break."""
    origin = "/".join(page.url.split("/")[:3])
    take.take("my-cases-new")
    page.click("text=Start")
    take.take("consent")
    page.check("[name=agree]")
    page.click("text=Continue")
    page.wait_for_url("**/instructions/")
    take.take("instructions")
    page.click("text=Continue to practice")
    take.take("practice")
    fill(page, "514515312515")
    pick(page, "choice-best", "A")
    pick(page, "choice-second", "C")
    page.wait_for_selector("#missing:has-text('No answers')")
    page.click("#review")
    page.click("#submit")
    take.take("practice-discussed")
    page.goto(f"{origin}/cases/")
    page.click("text=Skip practice")
    take.take("my-cases")
    page.click("a.button.primary")
    take.take("own-diagnosis")
    pick(page, "label", "parkinsons")
    page.click("text=Show the texts")
    page.wait_for_selector(".card")
    take.take("case-empty", whole=False)
    fill(page, "42132")
    page.locator(".scale >> nth=5").locator("input >> nth=0").focus()
    take.take("case")
    page.click("summary >> nth=0")
    take.take("case-criterion", whole=False)
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    take.take("case-keys", whole=False)
    page.click("dialog[open] button")
    address = page.url
    page.goto(f"{address}cannot-judge/")
    take.take("cannot-judge")
    page.goto(f"{address}review/")
    take.take("review-missing")
    page.goto(address)
    fill(page, "421321543211")
    pick(page, "choice-best", "A")
    pick(page, "choice-second", "B")
    page.wait_for_selector("#missing:has-text('No answers')")
    page.fill("#comment-text", "A names what I see; C could be about anyone.")
    page.locator("#comment-text").blur()
    page.wait_for_timeout(500)
    take.take("case-complete")
    page.context.set_offline(True)
    page.locator(".scale >> nth=0").locator("input[type=radio][value='5']").check(
        force=True
    )
    page.wait_for_selector("#saved.waiting")
    take.take("case-offline", whole=False)
    page.context.set_offline(False)
    page.wait_for_selector("#saved:not(.waiting)", timeout=40_000)
    page.click("#review")
    page.wait_for_url("**/review/")
    take.take("review")
    page.click("#submit")
    page.goto(address)
    take.take("case-submitted")
    page.goto(f"{origin}/account/2fa/")
    take.take("account")


def lead(page: Page, take: Camera, open_id: str, draft_id: str) -> None:
    """Studies, composing, review of the texts, an open study."""
    origin = "/".join(page.url.split("/")[:3])
    take.take("studies")
    page.goto(f"{origin}/studies/new/")
    for box in page.locator("[name=systems]").all():
        box.check()
    page.fill("[name=name]", "Third reading")
    page.wait_for_selector("#check dl")
    take.take("compose")
    page.goto(f"{origin}/studies/{draft_id}/")
    take.take("study-draft")
    page.click("text=Review the texts")
    if page.locator("text=Audit the texts").count():
        page.click("text=Audit the texts")
        page.click("text=I have read the differences")
    take.take("texts-reviewed", whole=False)
    page.goto(f"{origin}/studies/{open_id}/")
    for summary in page.locator("details > summary").all():
        summary.click()
    take.take("study-open")
    page.click("text=Seat 1, case 2 >> nth=0")
    take.take("preview", whole=False)


def pictures(browser: Browser, width: str, scheme: str, environment_of: Path) -> None:
    """One site, one width, one scheme."""
    environment = site(environment_of)
    run(environment, "manage.py", "migrate", "-v0")
    ids = run(environment, "-m", "tests.browser.gallery_study").splitlines()[-1].split()
    suffix = width if scheme == "light" else f"{width}-dark"
    with serving(environment) as origin:
        page = browser.new_page(viewport={"width": SIZES[width][0], "height": 800})
        page.goto(f"{origin}/login/")
        Camera(page, suffix).take("sign-in")
        page.close()
        with signed_in(browser, origin, "ada", SIZES[width], scheme) as page:
            rater(page, Camera(page, suffix))
        if width == "320":
            return
        with signed_in(browser, origin, "lena", SIZES[width], scheme) as page:
            lead(page, Camera(page, suffix), *ids)


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("no Chromium is installed\n")
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=FLAGS.split()
        )
        for width, scheme in WORLDS:
            with tempfile.TemporaryDirectory() as folder:
                pictures(browser, width, scheme, Path(folder))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
