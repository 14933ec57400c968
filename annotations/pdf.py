"""The report as a PDF, laid out by ReportLab from the same tables and figures.

``invariant`` leaves out dates and random ids, so equal reports give equal bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    Flowable,
    Image,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from annotations.figures import DOTS_AN_INCH, ReportFigure

if TYPE_CHECKING:
    from annotations.core.report.report_tables import ReportTable

PAGE = landscape(A4)
MARGIN = 16 * mm
WIDTH = PAGE[0] - 2 * MARGIN
FONT = "DejaVuSans"


def report_pdf(
    title: str,
    sentence: str,
    rests_on: str,
    cautions: Sequence[str],
    tables: Sequence[ReportTable],
    figures: Sequence[ReportFigure],
    origin: Sequence[str],
) -> bytes:
    """Page 1 has the result, Table 2 and its uncertainty; then figures and the rest.

    ``origin`` comes last: what was fixed in advance, deviations, hashes and versions.
    """
    styles = _styles()
    story: list[Flowable] = [
        Paragraph(escape(title), styles["Title"]),
        Paragraph(escape(sentence), styles["Lead"]),
        Paragraph(escape(rests_on), styles["BodyText"]),
        *_table(tables[0], styles),
    ]
    if cautions:
        story += _listed("How sure can we be?", cautions, styles)
    for figure in figures:
        story.append(_figure(figure, styles))
    for table in tables[1:]:
        story += _table(table, styles)
    story += _listed("Where this comes from", origin, styles)
    buffer = io.BytesIO()
    page = SimpleDocTemplate(
        buffer,
        pagesize=PAGE,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        invariant=1,
        lang="en",
    )
    page.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return buffer.getvalue()


def _listed(heading: str, lines: Sequence[str], styles: Any) -> list[Flowable]:
    items = [Paragraph(f"• {escape(line)}", styles["BodyText"]) for line in lines]
    return [Paragraph(heading, styles["Heading2"]), *items]


def _numbered(canvas: Any, page: Any) -> None:
    canvas.setFont(FONT, 7)
    canvas.drawRightString(PAGE[0] - MARGIN, 8 * mm, str(page.page))


def _styles() -> Any:
    """DejaVu Sans, which comes with matplotlib and has every glyph the tables use."""
    from matplotlib import get_data_path

    if FONT not in pdfmetrics.getRegisteredFontNames():
        folder = f"{get_data_path()}/fonts/ttf"
        pdfmetrics.registerFont(TTFont(FONT, f"{folder}/DejaVuSans.ttf"))
        bold = TTFont(f"{FONT}-Bold", f"{folder}/DejaVuSans-Bold.ttf")
        pdfmetrics.registerFont(bold)
    styles = getSampleStyleSheet()
    for name in ("Title", "Heading2", "BodyText"):
        styles[name].fontName = FONT if name == "BodyText" else f"{FONT}-Bold"
    styles["Title"].fontSize, styles["Title"].alignment = 16, 0
    styles["Heading2"].fontSize = 11
    styles["BodyText"].fontSize, styles["BodyText"].leading = 8.5, 12
    lead = {"fontName": FONT, "fontSize": 11, "leading": 15, "spaceAfter": 6}
    styles.add(ParagraphStyle("Lead", **lead))
    cell = {"fontName": FONT, "fontSize": 7, "leading": 9}
    styles.add(ParagraphStyle("Cell", **cell))
    styles.add(ParagraphStyle("Head", **{**cell, "fontName": f"{FONT}-Bold"}))
    return styles


def _table(table: ReportTable, styles: Any) -> list[Flowable]:
    """A heading, the table over as many pages as it needs, its note."""
    head = [Paragraph(escape(cell), styles["Head"]) for cell in table.head]
    rows = [
        [Paragraph(escape(cell), styles["Cell"]) for cell in row] for row in table.rows
    ]
    laid = Table([head, *rows], colWidths=_widths(table), repeatRows=1, hAlign="LEFT")
    laid.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
                ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
            ]
        )
    )
    heading = Paragraph(escape(table.heading), styles["Heading2"])
    note = Paragraph(escape(table.note), styles["BodyText"])
    return [heading, laid, Spacer(1, 4), note, Spacer(1, 8)]


def _widths(table: ReportTable) -> list[float]:
    """Column widths for the longest cells, within the page."""
    wanted = []
    for head, *cells in zip(table.head, *table.rows, strict=True):
        words = max(map(len, head.split()), default=1)
        longest = max([len(head) / 2, *map(len, cells)])
        wanted.append(max(5.2 * words, 4.2 * min(longest, 60)) + 10)
    scale = min(1.0, WIDTH / sum(wanted))
    return [width * scale for width in wanted]


def _figure(figure: ReportFigure, styles: Any) -> Flowable:
    image = Image(io.BytesIO(figure.png))
    natural = 72 / DOTS_AN_INCH
    share = min(natural, WIDTH / image.drawWidth, 150 * mm / image.drawHeight)
    image.drawWidth, image.drawHeight = (
        image.drawWidth * share,
        image.drawHeight * share,
    )
    image.hAlign = "LEFT"
    return KeepTogether(
        [
            Paragraph(escape(figure.title), styles["Heading2"]),
            image,
            Paragraph(escape(figure.caption), styles["BodyText"]),
        ]
    )
