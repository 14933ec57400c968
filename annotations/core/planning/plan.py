"""The analysis plan: written when the study is created, sealed before any reading.

At unblinding exactly this plan runs. Whatever the report shows beyond it is labelled
exploratory, and any departure from it is shown as a deviation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from annotations.core.errors import StudyError

VERSION = 1


@dataclass(frozen=True)
class AnalysisPlan:
    """Version 1. The texts are rules in words, which this version's code implements."""

    target: str
    comparators: tuple[str, ...]
    criteria: tuple[str, ...]
    version: int = VERSION
    primary: str = "share of readings in which the target is chosen best"
    null: str = (
        "within a patient, and within an evaluator, all systems are exchangeable"
    )
    test: str = (
        "exact label permutation by patients and by evaluators; the larger p counts"
    )
    alternative: str = "two-sided"
    alpha: str = "0.05"
    interval: str = "Korn-Graubard for shares, CR2 with Satterthwaite df for means"
    level: str = "0.95"
    secondary: str = (
        "Wilcoxon signed-rank, exact with ties, zeros dropped, of the target against "
        "each comparator in each criterion; Holm over all of them; read only if the "
        "primary test holds"
    )
    missing: str = (
        "available cases; a blank choice is no loss; best- and worst-case bounds beside"
    )

    @property
    def family(self) -> int:
        """The number of secondary tests in Holm's adjustment."""
        return len(self.comparators) * len(self.criteria)


def plan_for(
    target: str, systems: Sequence[str], criteria: Sequence[str]
) -> AnalysisPlan:
    """The standard plan of a study; without a target it has no confirmatory test."""
    others = tuple(system for system in systems if system != target)
    return AnalysisPlan(target, others if target else (), tuple(criteria))


def plan_json(plan: AnalysisPlan) -> dict[str, object]:
    """The stored form, which the seal covers."""
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(plan).items()
    }


def plan_from(stored: Mapping[str, object]) -> AnalysisPlan:
    """Read a stored plan; one from before version 1 holds only its target.

    Raises
    ------
    StudyError
        If the plan is of another version or has an unknown field.
    """
    if "version" not in stored:
        old = str(stored.get("alternative", "two-sided"))
        return AnalysisPlan(
            str(stored.get("target", "")), (), (), version=0, alternative=old
        )
    if stored["version"] != VERSION:
        raise StudyError(
            f"the plan is of version {stored['version']!r}; this program runs {VERSION}"
        )
    known = {field.name for field in fields(AnalysisPlan)}
    if unknown := sorted(set(stored) - known):
        raise StudyError(f"the plan has an unknown field {unknown[0]!r}")
    values = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in stored.items()
    }
    return AnalysisPlan(**values)  # type: ignore[arg-type]


def deviations(
    plan: AnalysisPlan,
    target: str,
    systems: Sequence[str],
    criteria: Sequence[str],
) -> tuple[str, ...]:
    """How the analysis that was run differs from the sealed plan, one sentence each."""
    found = []
    if target != plan.target:
        named = repr(plan.target) if plan.target else "no target"
        found.append(f"The plan names {named}; this report was asked for {target!r}.")
    if plan.version == 0:
        return (*found, *_of_an_old_plan(plan))
    comparators = [s for s in systems if s != plan.target] if plan.target else []
    for name, planned, ran in (
        ("criteria", plan.criteria, criteria),
        ("comparators", plan.comparators, comparators),
    ):
        if set(planned) != set(ran):
            found.append(
                f"The plan's {name} are {', '.join(planned) or 'none'}; analysed were "
                f"{', '.join(ran) or 'none'}."
            )
    return (*found, *_of_other_rules(plan))


def _of_an_old_plan(plan: AnalysisPlan) -> list[str]:
    found = [
        "The plan is from before plans named criteria and comparators: the secondary "
        "tests were not fixed in advance."
    ]
    if plan.alternative != "two-sided":
        found.append(
            f"The plan names a one-sided alternative ({plan.alternative!r}); the report "
            "gives the two-sided p, which is the more cautious."
        )
    return found


def _of_other_rules(plan: AnalysisPlan) -> list[str]:
    ran = AnalysisPlan(plan.target, plan.comparators, plan.criteria)
    return [
        f"The plan's {field.name} is {getattr(plan, field.name)!r}; this program ran "
        f"{getattr(ran, field.name)!r}."
        for field in fields(AnalysisPlan)
        if getattr(plan, field.name) != getattr(ran, field.name)
    ]
