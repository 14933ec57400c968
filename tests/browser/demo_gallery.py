"""Take the pictures of the model pages and of an analysis, from an existing demo:
``python -m tests.browser.demo_gallery FOLDER`` (the demo's ``BIOGAIT_VAR``).

These pages show models' texts and scores, which only the whole pipeline produces. The
demo's study is scored by rehearsal raters, locked and unblinded along the way.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import FLAGS
from tests.browser.cohort_picture import cohort_picture
from tests.browser.gallery import SIZES, Camera, signed_in
from tests.processes import ROOT, serving

WIDTHS = ("1280", "820")
STUDY = "Demo study"
FREED = f"""
from annotations.models import Study
from annotations.services.reissuing import seat_reissue
study = Study.objects.get(name={STUDY!r})
for seat in study.seats.all():
    seat_reissue(study=study, number=seat.number, reason="to rehearse", actor=None)
"""


def model_rooms(page: Page, take: Camera) -> None:
    """Clips and one of them, Runs, Table 1, the gallery of rationales, the planner."""
    origin = "/".join(page.url.split("/")[:3])
    for name, address in (
        ("clips", "model/clips/"),
        ("runs", "model/runs/"),
        ("table-one", "model/table-1/"),
        ("rationales", "gallery/?system=biogait_full"),
    ):
        page.goto(f"{origin}/{address}")
        page.wait_for_load_state("networkidle")
        if name == "rationales":
            marked = page.locator("article:has(mark)").first
            marked.evaluate("one => one.scrollIntoView()")
        take.take(name, whole=name != "rationales")
    page.goto(f"{origin}/model/clips/")
    page.click("tbody a >> nth=0")
    page.wait_for_load_state("networkidle")
    take.take("clip")
    page.goto(f"{origin}/plan/")
    page.click("button.primary")
    page.wait_for_load_state("networkidle")
    take.take("plan")


def analysis(page: Page, take: Camera) -> None:
    """The demo's study, unblinded, and its report."""
    origin = "/".join(page.url.split("/")[:3])
    page.goto(f"{origin}/studies/")
    page.click("th[scope=row] a >> nth=0")
    take.take("study-unblinded")
    page.click("text=Read the analysis")
    page.wait_for_load_state("networkidle")
    take.take("analysis", whole=False)


def unblinded(environment: dict[str, str], leads: list[dict[str, str]]) -> None:
    """Free the study's seats, score it at random, lock it, and have both leads sign.

    Does nothing if its report can already be read.
    """

    def manage(*words: str, given: str = "") -> int:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment,
            input=given, text=True, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode

    if manage("report_study", STUDY) == 0:
        return
    passwords = "".join(f"{one['password']}\n" for one in leads)
    names = ",".join(one["username"] for one in leads)
    for words in (
        ("shell", "-c", FREED),
        ("simulate_study", STUDY),
        ("lock_study", STUDY),
        ("unblind_study", STUDY, "--signers", names, "--reason", "to take its picture"),
    ):
        if manage(*words, given=passwords):
            raise SystemExit(f"{words[0]} failed")


def main(folder: Path) -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.stderr.write("no Chromium is installed\n")
        return 2
    accounts = json.loads((folder / "demo" / "accounts.json").read_text())
    leads = [one for one in accounts if one["role"] == "lead"]
    environment = os.environ | {
        "BIOGAIT_VAR": str(folder),
        "DJANGO_SETTINGS_MODULE": "evalsite.settings",
        "LEADS_NEED_MFA": "no",
    }
    cohort_picture(folder / "demo" / "cohort", ROOT / "docs" / "synthetic-cohort.png")
    unblinded(environment, leads)
    with sync_playwright() as playwright, serving(environment) as origin:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=FLAGS.split()
        )
        for width in WIDTHS:
            with signed_in(
                browser, origin, leads[0]["username"], SIZES[width], "light",
                leads[0]["password"],
            ) as page:  # fmt: skip
                take = Camera(page, width)
                model_rooms(page, take)
                analysis(page, take)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
