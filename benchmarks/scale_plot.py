"""``docs/scale.png`` from the numbers that ``benchmarks.scale --json`` has kept.

``python -m benchmarks.scale_plot small.json middle.json whole.json docs/scale.png``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.scale import TIMES

PAGES = ("case page", "cell saved", "my cases", "dashboard", "report", "export")


def plotted(sources: list[Path], target: Path) -> None:
    """The reference studies' pages against the small site's, and bytes, by ratings."""
    runs = [json.loads(path.read_text()) for path in sources]
    ratings = [run["made"]["rating"] for run in runs]
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    FigureCanvasAgg(figure)
    times, sizes = figure.subplots(1, 2, width_ratios=(2, 1))
    for page in PAGES:
        ratios = [
            run["large"][page]["median_ms"] / run["small"][page]["median_ms"]
            for run in runs
        ]
        times.plot(ratings, ratios, marker="o", label=page)
    times.axhline(TIMES, color="black", linestyle="--", linewidth=1)
    times.set(xscale="log", ylim=(0, 2), xlabel="ratings in the site",
              ylabel="times the small site's median",
              title="A small study's pages in a growing site; dashed: the limit")  # fmt: skip
    times.legend(fontsize=8, ncols=2)
    times.grid(alpha=0.3)
    sizes.plot(ratings, [run["made"]["bytes"] / 2**20 for run in runs], marker="o")
    sizes.set(xscale="log", yscale="log", xlabel="ratings in the site", ylabel="MiB",
              title="Database with indexes")  # fmt: skip
    sizes.grid(alpha=0.3)
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    *given, last = map(Path, sys.argv[1:])
    plotted(given, last)
