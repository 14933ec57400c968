"""The report's four figures as SVG, with matplotlib's Figure only, never pyplot.

pyplot keeps global state, which a web worker's threads would share. The same analysis
gives the same bytes: a fixed hash salt, no date, text kept as text. Colours are
Okabe-Ito and BrBG, safe for the colour-blind; every figure has its table in the report.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from threading import Lock
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from annotations.core.report.report_tables import title_of, wider
from annotations.core.wording import counted, percent, rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from annotations.core.report.analysis import StudyAnalysis
    from annotations.core.report.flow import Flow

STYLE: dict[Any, Any] = {
    "svg.hashsalt": "report",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
DOTS_AN_INCH = 200
DRAWING = Lock()  # matplotlib's style is shared by all threads
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#767676"


@dataclass(frozen=True)
class ReportFigure:
    """An SVG with its title and a text alternative.

    ``png`` is the same picture at 200 dpi, for pages that take no SVG.
    """

    name: str
    title: str
    caption: str
    svg: str
    picture: Figure = field(repr=False, compare=False)

    @cached_property
    def png(self) -> bytes:
        """Drawn on demand: a page shows only the SVG."""
        pixels = io.BytesIO()
        with DRAWING, mpl.rc_context(STYLE):
            self.picture.savefig(
                pixels, format="png", dpi=DOTS_AN_INCH, metadata={"Software": None}
            )
        return pixels.getvalue()


def report_figures(analysis: StudyAnalysis) -> list[ReportFigure]:
    """Those of the four figures that the ratings allow."""
    n = analysis.n
    base = f"{n.readings} readings, {n.patients} patients, {n.evaluators} evaluators."
    drawn = [
        _drawn(
            "best_share",
            "How often each system was chosen best",
            "Dot: share. Line: 95 % interval, the wider of patients and evaluators. "
            f"Dashed: the share of chance. {base}",
            (6.4, 0.8 + 0.5 * len(analysis.systems)),
            lambda axes: _best(axes, analysis),
        )
        if any(best.n for best in analysis.best.values())
        else None,
        _drawn(
            "differences",
            "Differences between systems in each criterion",
            "Dot: mean difference, first minus second. Line: 95 % interval, the wider "
            f"of patients and evaluators. A line across 0 leaves open which is higher. {base}",
            (7.4, 0.8 + 0.28 * _pair_count(analysis)),
            lambda axes: _forest(axes, analysis),
        ),
        _drawn(
            "distributions",
            "All ratings, criterion by criterion",
            "Bars to the right: ratings above the middle of the scale, to the left: "
            f"below; the middle is split over 0. Numbers: ratings given. {base}",
            (7.4, 0.9 + 0.3 * len(analysis.criteria) * len(analysis.systems)),
            lambda axes: _likert(axes, analysis),
        ),
        _drawn(
            "places",
            "Chosen best by place on the page",
            f"Dashed: every place chosen as often. {base}",
            (4.4, 2.6),
            lambda axes: _places(axes, analysis),
        )
        if analysis.further.position
        else None,
    ]
    return [figure for figure in drawn if figure is not None]


def flow_figure(flow: Flow) -> ReportFigure:
    """Boxes from top to bottom, with losses to the right."""
    lost = [
        f"{count} {words}"
        for count, words in (
            (flow.not_opened, "never opened"),
            (flow.unfinished, "opened, not answered"),
            (flow.not_judged, "could not be judged"),
        )
        if count
    ]
    boxes = [
        f"{counted(flow.cases, 'case')} of {counted(flow.patients, 'patient')}",
        f"{counted(flow.assigned, 'reading')} assigned to "
        f"{counted(flow.evaluators, 'evaluator')}",
        f"{counted(flow.judged, 'reading')} analysed, of "
        f"{counted(flow.judged_patients, 'patient')} by "
        f"{counted(flow.judged_evaluators, 'evaluator')}\n"
        f"{flow.complete} with every criterion "
        f"scored, {flow.chose} with a best"
        + (f"\n{flow.unsubmitted} not submitted" if flow.unsubmitted else ""),
    ]
    return _drawn(
        "flow",
        "How the readings came about",
        "A reading is one case seen by one evaluator.",
        (6.4, 2.8),
        lambda axes: _flow(axes, boxes, lost),
    )


def _flow(axes: Axes, boxes: Sequence[str], lost: Sequence[str]) -> None:
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": GREY}
    for row, words in enumerate(boxes):
        y = 1 - row / 2
        axes.text(0.32, y, words, ha="center", va="center", bbox=frame)
        if row:
            axes.annotate(
                "", (0.32, y + 0.12), (0.32, y + 0.38), arrowprops={"arrowstyle": "->"}
            )
    if lost:
        axes.text(0.66, 0.25, "\n".join(lost), ha="left", va="center", bbox=frame)
        axes.annotate("", (0.63, 0.25), (0.32, 0.25), arrowprops={"arrowstyle": "->"})
    axes.set(xlim=(0, 1), ylim=(-0.2, 1.2))
    axes.axis("off")


def _drawn(
    name: str,
    title: str,
    caption: str,
    size: tuple[float, float],
    draw: Callable[[Axes], None],
) -> ReportFigure:
    with DRAWING, mpl.rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        draw(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    label = f'<svg role="img" aria-label="{escape(title)}. {escape(caption)}"'
    start = svg.index("<svg")
    head, body = svg[start:].split(">", 1)
    titled = f"{head.replace('<svg', label, 1)}><title>{escape(title)}</title>{body}"
    return ReportFigure(name, title, caption, titled, figure)


def _best(axes: Axes, analysis: StudyAnalysis) -> None:
    chance = 1 / len(analysis.systems)
    for row, (_, best) in enumerate(analysis.best.items()):
        spans = [
            i
            for i in (best.korn_graubard_patient, best.korn_graubard_evaluator)
            if i is not None
        ]
        span = max(spans, key=lambda i: i.hi - i.lo, default=None)
        if span is not None:
            axes.plot([span.lo, span.hi], [row, row], color=BLUE, linewidth=2)
        if best.share is not None:
            axes.plot([best.share], [row], "o", color=BLUE, markersize=7)
            label = f"{best.k}/{best.n} ({percent(best.share)})"
            axes.annotate(label, (1.02, row), va="center", annotation_clip=False)
    axes.axvline(chance, color=GREY, linestyle="--", linewidth=1)
    axes.set(xlim=(0, 1), xlabel="Share of readings")
    _rows(axes, list(analysis.best))


def _pair_count(analysis: StudyAnalysis) -> int:
    return sum(len(result.pairs) for result in analysis.criteria.values())


def _forest(axes: Axes, analysis: StudyAnalysis) -> None:
    names: list[str] = []
    reach = analysis.scale[-1] - analysis.scale[0]
    for criterion, result in analysis.criteria.items():
        for pair in result.pairs.values():
            row, label = len(names), "not estimable"
            span = wider(pair.ci_patient, pair.ci_evaluator)
            if span is not None:
                lo, hi = max(span.lo, -reach), min(span.hi, reach)
                axes.plot([lo, hi], [row, row], color=BLUE, linewidth=1.5)
            if pair.mean_diff is not None:
                axes.plot([pair.mean_diff], [row], "o", color=BLUE, markersize=5)
                label = rounded(pair.mean_diff)
            if span is not None:
                label += f" ({rounded(span.lo)} to {rounded(span.hi)})"
            place = axes.get_yaxis_transform()
            axes.text(1.02, row, label, va="center", transform=place)
            names.append(f"{title_of(criterion)}: {pair.name}")
    axes.axvline(0, color=GREY, linestyle="--", linewidth=1)
    axes.set(xlim=(-reach, reach), xlabel="Mean difference in points")
    _rows(axes, names)


def _likert(axes: Axes, analysis: StudyAnalysis) -> None:
    """One row per criterion and system, with the neutral answer centred on 0."""
    scale = analysis.scale
    names: list[str] = []
    middle = (scale[0] + scale[-1]) / 2
    colours = mpl.colormaps["BrBG"](np.linspace(0.1, 0.9, len(scale)))
    for criterion, result in analysis.criteria.items():
        for system, scores in result.systems.items():
            counts = [scores.counts[value] for value in scale]
            below = sum(
                count * (1.0 if value < middle else 0.5)
                for value, count in zip(scale, counts, strict=True)
                if value <= middle
            )
            left = -below
            for count, colour in zip(counts, colours, strict=True):
                axes.barh(len(names), count, left=left, color=colour, height=0.8)
                if count:
                    dark = float(np.dot(colour[:3], [0.3, 0.6, 0.1])) < 0.5
                    axes.text(
                        left + count / 2, len(names), str(count), ha="center",
                        va="center", color="white" if dark else "black", fontsize=7,
                    )  # fmt: skip
                left += count
            names.append(f"{title_of(criterion)}: {system}")
    axes.axvline(0, color=GREY, linewidth=1)
    axes.xaxis.set_major_formatter(lambda x, _: f"{abs(x):g}")
    axes.set_xlabel(f"Ratings, {scale[0]} (left) to {scale[-1]} (right)")
    _rows(axes, names)


def _places(axes: Axes, analysis: StudyAnalysis) -> None:
    effect = analysis.further.position
    if effect is None:
        return
    shares = [place.best / place.shown for place in effect.places.values()]
    bars = axes.bar(list(effect.places), shares, color=ORANGE, width=0.6)
    labels = [f"{p.best}/{p.shown}" for p in effect.places.values()]
    axes.bar_label(bars, labels)
    axes.axhline(1 / len(shares), color=GREY, linestyle="--", linewidth=1)
    axes.set(ylim=(0, 1), ylabel="Share chosen best", xlabel="Place on the page")


def _rows(axes: Axes, names: list[str]) -> None:
    """One labelled row per name, the first on top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
