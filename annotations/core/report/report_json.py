"""The analysis as JSON: full precision, ``null`` with a reason, a stable shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from annotations.core.report.analysis import CriterionAnalysis, StudyAnalysis
from annotations.core.report.cautions import cautions
from annotations.core.statistics.comparisons import PairComparison


def analysis_json(analysis: StudyAnalysis) -> dict[str, Any]:
    """What ``report_study --json`` prints."""
    return {
        "n": plain(analysis.n),
        "systems": list(analysis.systems),
        "target": analysis.target,
        "planned": analysis.planned,
        "scale": list(analysis.scale),
        "criteria": {k: _criterion(v) for k, v in analysis.criteria.items()},
        "best": plain(analysis.best),
        "choices": plain(analysis.choices),
        "leave_one_out": plain(analysis.leave_one_out),
        "headline": plain(analysis.headline),
        "further": plain(analysis.further),
        "cautions": list(cautions(analysis)),
        "reasons": dict(analysis.reasons),
    }


def plain(value: object) -> Any:
    """Records as objects, tuples as lists, keys as text; everything else unchanged."""
    if is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def _criterion(result: CriterionAnalysis) -> dict[str, Any]:
    return {
        "systems": plain(result.systems),
        "pairs": {name: _pair(pair) for name, pair in result.pairs.items()},
        "friedman": plain(result.friedman),
        "agreement": plain(result.agreement),
    }


def _pair(pair: PairComparison) -> dict[str, Any]:
    found: dict[str, Any] = plain(pair)
    for name in ("sign_flip", "sign_flip_evaluator"):
        found[name] = None if found[name] is None else {"p": found[name]}
    return found
