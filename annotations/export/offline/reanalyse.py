"""Computes the main results again, from ratings.csv alone: python reanalyse.py.

Means, best choices and both label permutation tests, in exact fractions, compared with
report.json. Python 3 alone is needed; nothing of the site's own code is used.
"""

import sys

# Else a json.py in the bundle's folder, or a __future__.py, would run instead of
# Python's own.
if __name__ == "__main__" and not getattr(sys.flags, "safe_path", sys.flags.isolated):
    del sys.path[0]

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Rows = list[dict[str, str]]


def permutation_p(rows: Rows, unit: str, target: str, systems: list[str]) -> Fraction:
    """Two-sided: in each cluster, which system is the target is a fair draw."""
    chosen = [row for row in rows if row["best"] == "1"]
    clusters: dict[str, Counter[str]] = defaultdict(Counter)
    for row in chosen:
        clusters[row[unit]][row["model"]] += 1
    law = {0: Fraction(1)}
    for counts in clusters.values():
        wider: dict[int, Fraction] = defaultdict(Fraction)
        for total, chance in law.items():
            for system in systems:
                wider[total + counts[system]] += chance / len(systems)
        law = wider
    centre = Fraction(len(chosen), len(systems))
    observed = sum(row["model"] == target for row in chosen)
    far = abs(observed - centre)
    return sum(
        (p for total, p in law.items() if abs(total - centre) >= far), Fraction()
    )


def results(report: dict[str, Any], rows: Rows) -> Iterator[tuple[str, float, float]]:
    """Name, our number and the report's."""
    for criterion, result in report["criteria"].items():
        for system, theirs in result["systems"].items():
            own = [row[criterion] for row in rows if row["model"] == system]
            given = [int(score) for score in own if score]
            if given:
                yield f"{criterion}, {system}", sum(given) / len(given), theirs["mean"]
    for system, best in report["best"].items():
        k = sum(row["best"] == "1" and row["model"] == system for row in rows)
        yield f"chosen best, {system}", k, best["k"]
        for unit in ("patient", "evaluator"):
            if test := best[f"permutation_{unit}"]:
                p = float(permutation_p(rows, unit, system, report["systems"]))
                yield f"p by {unit}s, {system}", p, test["p_two_sided"]


def main() -> int:
    report = json.loads((HERE / "report.json").read_text(encoding="utf-8"))
    with (HERE / "ratings.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["occasion"] == "1"]
    differing = 0
    for name, ours, theirs in results(report, rows):
        same = abs(ours - theirs) <= 1e-9 * max(1, abs(theirs))
        sys.stdout.write(f"{'same' if same else 'DIFFERS'}  {name}: {ours:.6g}\n")
        differing += not same
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
