"""Times of the analysis: a paper-sized study, and a million ratings.

Run: ``python -m benchmarks.statistics``. CPU seconds after imports, on one thread. The
plain loop (pandas: concatenate the drawn patients, group, average) is extrapolated from
20 resamples.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.ratings.ratings_csv import ratings_csv, read_ratings
from annotations.core.report.analysis import analyse
from annotations.core.statistics.bootstrap import bootstrap_means, cluster_sums

CRITERIA = ("grounding", "explainability", "usefulness", "consistency")
SYSTEMS = ("full", "zero_shot", "no_bio")
ROWS, DRAWS, LOOPS = 250_000, 10_000, 10


def timed(name: str, work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    taken = time.process_time() - start
    print(f"{name:<62} {taken:8.3f} s")
    return taken


def study(cases: int, patients: int, evaluators: int) -> list[RatedOutput]:
    rng = np.random.default_rng(0)
    scores = rng.integers(1, 6, size=(cases, 3, 4))
    best = rng.integers(3, size=cases)
    blank = RatedOutput("", "", "", "", "", {}, None, None)
    return [
        replace(
            blank,
            case=f"c{case}",
            patient=f"p{case % patients}",
            evaluator=f"e{case % evaluators}",
            model=SYSTEMS[column],
            position="ABC"[(case + column) % 3],
            scores=dict(zip(CRITERIA, map(int, scores[case, column]), strict=True)),
            best=bool(best[case] == column),
            second=bool((best[case] + 1) % 3 == column),
        )
        for case in range(cases)
        for column in range(3)
    ]


def arrays(patients: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    values = rng.integers(1, 6, size=(4, ROWS)).astype(float)
    return values, rng.integers(3, size=ROWS), rng.integers(patients, size=ROWS)


def resampled(values: np.ndarray, column: np.ndarray, cluster: np.ndarray) -> None:
    parts = [cluster_sums(row, column, cluster, 3) for row in values]
    sums, counts = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
    bootstrap_means(sums, counts, DRAWS)


def plain_loop(values: np.ndarray, column: np.ndarray, cluster: np.ndarray) -> None:
    """The naive version: every resample is a new table."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(dict(zip(CRITERIA, values, strict=True)))
    frame["system"] = column
    parts = [part for _, part in frame.groupby(cluster)]
    for _ in range(LOOPS):
        drawn = pd.concat([parts[g] for g in rng.integers(len(parts), size=len(parts))])
        drawn.groupby("system")[list(CRITERIA)].mean()


def main() -> None:
    paper = study(52, 6, 4)
    analyse(paper, "full")
    timed("paper-sized study, whole analysis", lambda: analyse(paper, "full"))
    for patients in (6, 50, 500, 5_000, 50_000):
        data = arrays(patients)
        name = f"1,000,000 ratings, 12 means, {DRAWS} resamples, {patients} patients"
        fast = timed(name, lambda data=data: resampled(*data))
        if patients == 500:
            slow = timed(
                f"  plain loop, {LOOPS} resamples", lambda data=data: plain_loop(*data)
            )
            print(
                f"  extrapolated: {slow * DRAWS / LOOPS:.0f} s, "
                f"{slow * DRAWS / LOOPS / fast:.0f} times slower"
            )
    large = study(ROWS // 3, 500, 50)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        path.write_text(ratings_csv(large))
        found = []
        timed(
            "1,000,000 ratings from CSV, parsed and checked",
            lambda: found.append(read_ratings(path)),
        )
        timed("  analysed whole", lambda: analyse(found[0].outputs, "full"))


if __name__ == "__main__":
    main()
