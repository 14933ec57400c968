"""The written report: figures with their words, byte for byte the same, and exports."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import User
from django.test import Client
from reportlab.platypus import Paragraph

from annotations.core.planning.plan import plan_for
from annotations.models import Assignment, Study
from annotations.reports import (
    StudyReport,
    outputs_report,
    report_write,
    study_report,
)
from annotations.services import assignment_open, rating_save
from tests.annotations.core.studies import CRITERIA, FULL, ZERO, paper_study


@pytest.fixture(scope="module")
def report() -> StudyReport:
    return outputs_report("paper", paper_study(), FULL)


def test_figures_are_the_same_bytes_from_the_same_data(report: StudyReport) -> None:
    again = outputs_report("paper", paper_study(), FULL)
    assert [f.svg for f in report.figures()] == [f.svg for f in again.figures()]
    assert len(report.figures()) == 5


def test_each_figure_is_an_image_with_a_title(report: StudyReport) -> None:
    for figure in report.figures():
        root = ElementTree.fromstring(figure.svg)
        assert root.get("role") == "img"
        assert root[0].tag.endswith("title")
        assert root[0].text == figure.title
        assert "52 readings" in figure.caption or figure.name == "flow"


def test_two_systems_without_choices_still_draw() -> None:
    rows = [
        replace(row, best=None, second=None, position="")
        for row in paper_study()
        if row.model != FULL
    ]
    assert len(outputs_report("x", rows[:2], "").figures()) == 3


def test_the_page_needs_no_style_attribute_and_no_script(report: StudyReport) -> None:
    html = report.as_html()
    assert html.count('<img src="data:image/svg+xml;base64,') == 5
    assert not re.search(r"style=|<script|<svg", html)
    assert html.index("Table 2") < html.index("How sure can we be?")


def test_a_sentence_in_a_table_may_wrap_and_a_number_may_not(
    report: StudyReport,
) -> None:
    cells = re.findall(r"<td( class=\"sentence\")?>([^<]*)</td>", report.as_html())
    assert {bool(mark) for mark, _ in cells} == {True, False}
    assert all(bool(mark) == (len(unescape(text)) > 32) for mark, text in cells)


def test_a_name_cannot_break_the_page(report: StudyReport) -> None:
    rows = [
        replace(row, model="<b>x|y</b>" if row.model == FULL else row.model)
        for row in paper_study()
    ]
    found = outputs_report("x", rows, "<b>x|y</b>")
    assert "<b>x" not in found.as_html()
    assert all("<b>" not in figure.svg for figure in found.figures())
    widths = {
        line.replace("\\|", "").count("|")
        for line in found.as_markdown().splitlines()
        if line.startswith("| <b>") or line.startswith("| System ")
    }
    assert widths


def test_every_layout_is_written(report: StudyReport, tmp_path: Path) -> None:
    names = {path.name for path in report_write(report, tmp_path)}
    assert names >= {"report.html", "report.md", "tables.tex", "best_share.svg"}
    found = json.loads((tmp_path / "report.json").read_text())
    rows = {
        row["path"]: row
        for row in csv.DictReader(
            io.StringIO((tmp_path / "report_long.csv").read_text())
        )
    }
    assert float(rows[f"best.{FULL}.share"]["value"]) == found["best"][FULL]["share"]
    missing = rows["criteria.grounding.agreement.krippendorff_alpha"]
    assert missing["value"] == ""
    assert "no case was read by two" in missing["reason"]


def test_a_check_of_the_site_loads_no_statistics() -> None:
    code = (
        "import sys, django, os;"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'evalsite.settings';"
        "django.setup();"
        "from django.core.management import call_command;"
        "call_command('check', verbosity=0);"
        "sys.exit(int('scipy.stats' in sys.modules or 'matplotlib' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.django_db
def test_the_unblinded_studys_page_shows_the_report(
    client: Client, study: Study, cleo: User
) -> None:
    Study.objects.filter(pk=study.pk).update(state=Study.State.LOCKED)
    Study.objects.filter(pk=study.pk).update(state=Study.State.UNBLINDED)
    client.force_login(cleo)
    page = client.get(f"/studies/{study.pk}/analysis/")
    assert page.status_code == 200
    assert b"data:image/svg+xml" in page.content
    assert b"What could not be estimated" in page.content


def test_the_pdf_has_the_result_and_is_the_same_bytes_again(
    report: StudyReport,
) -> None:
    pdf = report.as_pdf()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 50_000
    assert outputs_report("paper", paper_study(), FULL).as_pdf() == pdf


def test_the_flow_counts_what_a_file_can_tell(report: StudyReport) -> None:
    rows = paper_study()
    first = (rows[0].case, rows[0].evaluator)
    blank = [
        replace(r, scores=dict.fromkeys(r.scores), best=None, second=None)
        if (r.case, r.evaluator) == first
        else r
        for r in rows
    ]
    flow = outputs_report("paper", blank, FULL).flow
    assert (flow.assigned, flow.judged, flow.complete) == (52, 51, 51)
    assert flow.not_opened is None
    assert report.flow.judged == 52


def test_every_layout_tells_the_deviations(
    report: StudyReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Markdown always did: a plan for another target, and the ratings' hash."""
    found = replace(report, plan=plan_for(ZERO, report.analysis.systems, CRITERIA))
    assert any("The plan names" in text for text in found.provenance.deviations)
    printed: list[str] = []

    def paragraph(text: str, style: object) -> Paragraph:
        printed.append(unescape(text))
        return Paragraph(text, style)

    monkeypatch.setattr("annotations.pdf.Paragraph", paragraph)
    report_write(found, tmp_path)
    latex = (tmp_path / "tables.tex").read_text().replace("\\_", "_")
    for line in (found.provenance.sentence, *found.provenance.lines):
        assert any(line in text for text in printed), line
        assert line in latex
        assert line in found.as_markdown()


def test_a_file_of_ratings_has_nothing_primary(report: StudyReport) -> None:
    """No sealed plan stands behind it, whatever target is named afterwards."""
    said = report.as_markdown()
    assert "(primary)" not in said
    assert "(secondary)" not in said
    assert not report.as_json()["planned"]


def test_the_checklist_names_its_gaps(report: StudyReport) -> None:
    checklist = report.tables()[-1]
    assert checklist.title == "Reporting checklist"
    gaps = sum("to be written by the authors" in row[2] for row in checklist.rows)
    assert checklist.note.startswith(f"{gaps} topics of {len(checklist.rows)}")
    assert any("52 assigned, 52 analysed" in row[2] for row in checklist.rows)


def test_one_of_a_kind_is_told_in_the_singular() -> None:
    first = paper_study()[0]
    reading = [
        output
        for output in paper_study()
        if (output.case, output.evaluator) == (first.case, first.evaluator)
    ]
    told = outputs_report("one reading", reading, FULL).as_markdown()
    assert "1 patient, 1 case |" in " ".join(told.split())
    assert re.findall(r"\b1 [a-z ]*(?:cases|readings|patients|rankings)\b", told) == []


@pytest.mark.django_db
def test_every_assigned_reading_stands_in_the_flow_once(
    case: Assignment, bens_case: Assignment, ada: User, ben: User
) -> None:
    """One answered in part and one opened alone, neither submitted; the rest unread."""
    assignment_open(case_id=case.pk, actor=ada)
    assignment_open(case_id=bens_case.pk, actor=ben)
    study = case.seat.study
    slot = case.slots.first()
    assert slot is not None
    rating_save(
        case_id=case.pk,
        letter=slot.letter,
        criterion="grounding",
        value=4,
        version=0,
        actor=ada,
    )
    Study.objects.filter(pk=study.pk).update(state=Study.State.LOCKED)
    Study.objects.filter(pk=study.pk).update(state=Study.State.UNBLINDED)
    study.refresh_from_db()
    flow = study_report(study).flow
    assert (flow.unfinished, flow.unsubmitted, flow.judged) == (1, 1, 1)
    assert flow.not_opened is not None
    assert flow.unfinished is not None
    lost = flow.not_opened + flow.unfinished + flow.not_judged
    assert lost + flow.judged == flow.assigned
