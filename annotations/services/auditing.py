"""Before sealing: are texts recognisable by form, and how does the rule show them?

Both read the vault, but the results name no system: masks are drawn anew for each view,
and differences are sorted by their own bytes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.core.instrument.presentation import Shown, texts_sha256
from annotations.core.statistics.told import RED, Identifiability, Told
from annotations.models import (
    IdentifiabilityAudit,
    PresentationReview,
    SlotIdentity,
    Study,
)
from annotations.vault import vault_opened

MASKS = "XYZWVU"


@dataclass(frozen=True)
class MaskedAudit:
    """The stored audit with its systems under masks, or by name once unblinded."""

    texts: int
    cases: int
    accuracy: float
    chance: float
    worst: float
    is_red: bool
    systems: Sequence[Told]


def identifiability_audit(*, study: Study, actor: User | None = None) -> None:
    """Let a classifier try to distinguish a draft's texts by system; store the result.

    Raises
    ------
    StateError
        Once the study is sealed: what it would find could no longer be fixed.
    StudyError
        If there are too few texts.
    """
    # Imported here so that no other page pays for SciPy.
    from annotations.core.statistics.identifiability import identifiability

    with transaction.atomic(), vault_opened():
        study = _draft(study)
        rows = _texts(study)
        audit = identifiability(
            [row.slot.text for row in rows],
            [row.system for row in rows],
            [str(row.slot.assignment.case_id) for row in rows],
        )
        IdentifiabilityAudit.objects.update_or_create(
            study=study, defaults={"report": asdict(audit), "made_at": timezone.now()}
        )
        event_append(
            study=study,
            kind="identifiability_audited",
            actor=actor,
            payload={"texts": audit.texts, "worst_auc": round(audit.worst, 6)},
        )


def identifiability_masked(study: Study) -> MaskedAudit | None:
    """The stored audit as a lead may see it; ``None`` if none has been made."""
    with vault_opened():
        stored = IdentifiabilityAudit.objects.filter(study=study).first()
        if stored is None:
            return None
        report = dict(stored.report)
    told = [
        Told(**{**row, "cues": tuple(row["cues"])}) for row in report.pop("systems")
    ]
    audit = Identifiability(**report, systems=tuple(told))
    return MaskedAudit(
        texts=audit.texts,
        cases=audit.cases,
        accuracy=audit.accuracy,
        chance=audit.chance,
        worst=audit.worst,
        is_red=audit.worst > RED,
        systems=told if study.is_unblinded else masked(told),
    )


def masked(told: Sequence[Told]) -> list[Told]:
    """The same rows as X, Y, Z, in a new order from the system's random source."""
    drawn = random.SystemRandom().sample(list(told), len(told))
    return [
        Told(mask, row.auc, row.cues, row.words, row.numerals)
        for mask, row in zip(MASKS, drawn, strict=False)
    ]


def presentation_differences(study: Study) -> list[Shown]:
    """Each text as written and as shown, sorted by the latter."""
    with vault_opened():
        shown = {
            Shown(row.rationale.text, row.slot.text)
            for row in _texts(study).select_related("rationale")
        }
    return sorted(shown, key=lambda one: one.text)


def presentation_sign(*, study: Study, actor: User) -> PresentationReview:
    """Record that a lead has read a draft's differences: both hashes are logged."""
    with transaction.atomic():
        study = _draft(study)
        texts = presentation_differences(study)
        if not texts:
            raise StudyError(f"study {study.name!r} has no texts")
        review, _ = PresentationReview.objects.update_or_create(
            study=study,
            defaults={
                "rule": study.rules.presentation,
                "raw_sha256": texts_sha256([one.raw for one in texts]),
                "shown_sha256": texts_sha256([one.text for one in texts]),
                "n_changed": sum(one.is_changed for one in texts),
                "signed_by": actor,
                "signed_at": timezone.now(),
            },
        )
        event_append(
            study=study,
            kind="presentation_signed",
            actor=actor,
            payload={
                "rule": review.rule,
                "raw_sha256": review.raw_sha256,
                "shown_sha256": review.shown_sha256,
            },
        )
    return review


def _draft(study: Study) -> Study:
    study = study_for_update(study.pk)
    if study.state != Study.State.DRAFT:
        raise StateError(
            f"study {study.name!r} is {study.state}; its texts are reviewed while it is "
            "a draft"
        )
    return study


def _texts(study: Study) -> QuerySet[SlotIdentity]:
    """One row per text, as anchors and repeats show the same text more than once."""
    seen: set[tuple[object, str]] = set()
    keys = []
    rows = SlotIdentity.objects.filter(slot__assignment__seat__study=study)
    for pk, case, system in rows.order_by("pk").values_list(
        "pk", "slot__assignment__case", "system"
    ):
        if (case, system) not in seen:
            seen.add((case, system))
            keys.append(pk)
    return SlotIdentity.objects.filter(pk__in=keys).select_related("slot__assignment")
