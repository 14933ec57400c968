"""How two coders of the comments agreed, code by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from annotations.core.report.report_tables import DESCRIPTIVE, ReportTable
from annotations.core.statistics.estimate import NotEstimable, Reasons
from annotations.core.wording import DASH, counted, rounded


@dataclass(frozen=True)
class CodeAgreement:
    """One code: how often each coder gave it, and Cohen's kappa of the two.

    ``coders`` counts all coders; the two who coded most are compared, on ``comments``.
    """

    key: str
    coders: int
    comments: int
    first: int
    second: int
    kappa: float | None


def cohen_kappa(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Agreement of two coders on one yes-or-no code, corrected for chance (Cohen 1960).

    Raises
    ------
    NotEstimable
        Without comments, or if agreement by chance alone is already perfect.
    """
    if not first:
        raise NotEstimable("no comment was coded by both")
    a, b = np.array(first, dtype=bool), np.array(second, dtype=bool)
    observed = float((a == b).mean())
    chance = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    if chance == 1:
        raise NotEstimable("both coders gave one answer to every comment")
    return (observed - chance) / (1 - chance)


Codings = Mapping[str, Mapping[str, frozenset[str]]]
"""By comment, then by coder: the keys of the codes that the coder gave."""


def code_agreement(
    codings: Codings, keys: Sequence[str], reasons: Reasons
) -> list[CodeAgreement]:
    """Agreement of the two coders who coded most, on comments that both have seen."""
    counts: dict[str, int] = {}
    for by_coder in codings.values():
        for coder in by_coder:
            counts[coder] = counts.get(coder, 0) + 1
    pair = sorted(counts, key=lambda coder: (-counts[coder], coder))[:2]
    both = [c for c in codings.values() if len(pair) == 2 and set(pair) <= c.keys()]
    found = []
    for key in keys:
        marks = [[key in c[coder] for c in both] for coder in pair] or [[], []]
        one, two = marks[0], marks[-1]
        kappa = reasons.take(f"coding.{key}.kappa", partial(cohen_kappa, one, two))
        found.append(
            CodeAgreement(key, len(counts), len(both), sum(one), sum(two), kappa)
        )
    return found


def coding_table(found: Sequence[CodeAgreement]) -> ReportTable:
    """How the two coders agreed, code by code, or that there were not two."""
    return ReportTable(
        "Comments coded before unblinding",
        ("Code", "Comments coded by both", "First coder", "Second coder", "Kappa"),
        tuple(
            (
                one.key,
                str(one.comments),
                str(one.first),
                str(one.second),
                DASH if one.kappa is None else rounded(one.kappa),
            )
            for one in found
        ),
        f"{_who(found)} Kappa: Cohen's, 1 is perfect and 0 is chance.",
        DESCRIPTIVE,
    )


def _who(found: Sequence[CodeAgreement]) -> str:
    coders = found[0].coders if found else 0
    if not coders:
        return "Nobody coded a comment: there is no agreement to give."
    if coders == 1:
        return "One coder alone coded comments: there is no agreement to give."
    pair = "The two coders" if coders == 2 else f"Of {coders} coders the busiest two"
    return (
        f"{pair} both coded {counted(found[0].comments, 'comment')}, without its system "
        "or its writer and without each other's codes."
    )
