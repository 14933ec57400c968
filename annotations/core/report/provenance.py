"""A report's provenance: the data's hash, the sealed plan, and software versions."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from annotations.core.planning.plan import AnalysisPlan, deviations, plan_json
from annotations.core.proof.canonical import canonical
from annotations.core.ratings.rated_output import RatedOutput
from annotations.core.ratings.ratings_csv import ratings_csv
from annotations.core.report.analysis import StudyAnalysis


@dataclass(frozen=True)
class Provenance:
    """``seal`` and ``plan`` are ``None`` where a file of ratings was analysed."""

    data_sha256: str
    plan: dict[str, object] | None
    plan_sha256: str | None
    seal: str | None
    deviations: tuple[str, ...]
    versions: dict[str, str]

    @property
    def sentence(self) -> str:
        """What was fixed in advance, for a reader who must be able to trust it."""
        if self.plan is None:
            return (
                "No sealed plan stands behind these ratings: whether the target and the "
                "tests were fixed before anyone saw them, this report cannot tell."
            )
        seal = f", in the seal {self.seal[:16]}…" if self.seal else ""
        if self.deviations:
            return f"The plan was sealed before the study opened{seal}, but not kept."
        return (
            f"The primary and secondary tests ran exactly as the plan says that was "
            f"sealed before the study opened{seal}. Everything headed exploratory was "
            "not fixed in advance."
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """Deviations first, then what this report can be checked against."""
        return (
            *(f"Deviation: {text}" for text in self.deviations),
            f"Ratings: SHA-256 {self.data_sha256}",
            *([f"Plan: SHA-256 {self.plan_sha256}"] if self.plan else []),
            *(f"{name} {version}" for name, version in self.versions.items()),
        )


def provenance(
    analysis: StudyAnalysis,
    outputs: Sequence[RatedOutput],
    plan: AnalysisPlan | None,
    seal: str | None,
) -> Provenance:
    """Hash the ratings as they would be written, and compare analysis and plan."""
    stored = plan_json(plan) if plan else None
    return Provenance(
        data_sha256=hashlib.sha256(ratings_csv(outputs).encode()).hexdigest(),
        plan=stored,
        plan_sha256=hashlib.sha256(canonical(stored)).hexdigest() if stored else None,
        seal=seal,
        deviations=deviations(
            plan, analysis.target, analysis.systems, list(analysis.criteria)
        )
        if plan
        else (),
        versions={
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
    )
