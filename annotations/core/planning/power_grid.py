"""Power against patients and evaluators: a grid of designs, and its plot as an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final

from annotations.core.errors import StudyError
from annotations.core.planning.planned_design import Design
from annotations.core.planning.power import power
from annotations.core.wording import counted

STUDIES: Final = 200
ENOUGH: Final = 0.8
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 620, 300, 48, 130, 14, 40
_DASHES: Final = ("none", "6 3", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class PowerLine:
    """Power by number of patients, for one of evaluators; None below the floor."""

    evaluators: int
    powers: tuple[float | None, ...]


def power_grid(
    design: Design, patients: Sequence[int], evaluators: Sequence[int], seed: int = 1
) -> list[PowerLine]:
    """``design`` with other numbers of patients and evaluators.

    The cases are the design's, or one per patient if there are more patients.
    """
    return [
        PowerLine(many, tuple(_power(design, few, many, seed) for few in patients))
        for many in evaluators
    ]


def _power(design: Design, patients: int, evaluators: int, seed: int) -> float | None:
    try:
        changed = replace(
            design,
            patients=patients,
            evaluators=evaluators,
            cases=cases_of(design, patients),
        )
        return power(changed, STUDIES, seed).power
    except StudyError:
        return None


def cases_of(design: Design, patients: int) -> int:
    """The design's cases, but at least one per patient."""
    return max(design.cases, patients)


def grid_caption(design: Design, patients: Sequence[int]) -> str:
    """Which numbers of cases were simulated; names those above the planned one."""
    more = [
        f"{cases_of(design, many)} with {many} patients"
        for many in patients
        if many > design.cases
    ]
    cases = f"{counted(design.cases, 'case')} as planned"
    if more:
        cases += f", but {' and '.join(more)}, one for each"
    return f"Power by patients and evaluators; {cases}. The line across marks 80 %."


def around(number: int, limits: tuple[int, int]) -> list[int]:
    """Four numbers from about half of ``number`` to four times it."""
    low, high = limits
    wanted = (number // 2, number, 2 * number, 4 * number)
    return sorted({min(max(value, low), high) for value in wanted})


def power_svg(patients: Sequence[int], lines: Sequence[PowerLine]) -> str:
    """A line for each number of evaluators, with a reference line at 80 %."""
    span = max(len(patients) - 1, 1)

    def x(place: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * place / span

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)

    parts = [
        f'<svg class="plot power" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Power against patients, a line for each number of evaluators</title>",
        f'<line class="ideal" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(ENOUGH):.1f}" '
        f'y2="{y(ENOUGH):.1f}"/>',
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(0)}" y2="{y(0)}"/>',
    ]
    parts += [
        f'<text x="{LEFT - 8}" y="{y(v) + 4:.1f}" text-anchor="end">{100 * v:.0f} %</text>'
        for v in (0, 0.2, 0.4, 0.6, 0.8, 1)
    ]
    parts += [
        f'<text x="{x(i):.1f}" y="{HEIGHT - 20}" text-anchor="middle">{count}</text>'
        for i, count in enumerate(patients)
    ]
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 4}" '
        'text-anchor="middle">patients</text>'
    )
    for line, dash in zip(lines, _DASHES, strict=False):
        points = [
            (x(i), y(value)) for i, value in enumerate(line.powers) if value is not None
        ]
        if not points:
            continue
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        words = escape(f"{line.evaluators} evaluators")
        parts += [
            f'<path class="line" stroke-dasharray="{dash}" d="M{path}"/>',
            f'<text x="{points[-1][0] + 8:.1f}" y="{points[-1][1] + 4:.1f}">{words}</text>',
        ]
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>' for a, b in points]
    return "".join([*parts, "</svg>"])
