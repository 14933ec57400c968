"""Progress of one system's work as a share of the whole run."""

from __future__ import annotations

from dataclasses import dataclass

from gaitmodel.core.training.fit import Report


@dataclass(frozen=True)
class Step:
    """Progress of one system's answers as a share of the whole run."""

    report: Report
    number: int
    count: int
    key: str

    def __call__(self, verb: str, done: int, total: int) -> None:
        self.report(
            (self.number + done / total) / self.count,
            f"{self.key}: {verb} {done}/{total}",
        )
