"""The only read that joins answers with systems, and only after unblinding."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count

from annotations.core.errors import StateError
from annotations.core.planning.plan import AnalysisPlan, plan_from
from annotations.core.ratings.rated_output import Counted, RatedOutput
from annotations.models import Assignment, Rating, Seal, Study
from annotations.selectors.outputs import outputs_of
from annotations.vault import vault_opened


def _check_unblinded(study: Study) -> None:
    """Check in the database, not in the given object, that the study is unblinded."""
    if not Study.objects.filter(pk=study.pk, state=Study.State.UNBLINDED).exists():
        raise StateError(
            f"study {study.name!r} is not unblinded: its systems stay unknown"
        )


def study_target(study: Study) -> str:
    """The system that the sealed plan puts first; empty if it names none."""
    return study_plan(study).target


def study_plan(study: Study) -> AnalysisPlan:
    """The analysis plan that was sealed before the study opened."""
    _check_unblinded(study)
    with vault_opened():
        return plan_from(study.secret.plan)


def study_seal(study: Study) -> str | None:
    """The public root under which the plan was sealed."""
    seal = Seal.objects.filter(study=study).first()
    return seal.root if seal else None


def ratings_for(study: Study) -> list[RatedOutput]:
    """Every rated output of an unblinded study, in order of seat, position and letter.

    A case that could not be judged, or was not submitted, is included with its answers
    (none, if it could not be judged), so that missing data are counted.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    _check_unblinded(study)
    with vault_opened():
        return outputs_of(study)


def rating_counts(study: Study) -> Iterator[Counted]:
    """Patient, system, criterion, value and count of first readings, counted in SQL.

    Raises
    ------
    StateError
        If the study is not unblinded.
    """
    _check_unblinded(study)
    with vault_opened():
        rows = (
            Rating.objects.filter(
                slot__assignment__seat__study=study,
                slot__assignment__occasion=1,
                value__isnull=False,
            )
            .exclude(slot__assignment__state=Assignment.State.CANNOT_JUDGE)
            .order_by()
            .values_list(
                "slot__assignment__case__clip__subject__name",
                "slot__identity__system",
                "criterion__key",
                "value",
            )
            .annotate(count=Count("pk"))
        )
        yield from rows
