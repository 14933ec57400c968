"""The study of the pictures: drawn walkers, plausible texts, two raters and two leads.

Run inside the site's environment: ``python -m tests.browser.gallery_study``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import django

TEXTS = (
    "1) Final diagnosis class: {label}\n2) Rationale: The steps are short and the trunk "
    "leans forward. Step times are 0.52 s on the left and 0.54 s on the right; both arms "
    "hardly swing. The pattern is steady over the whole clip.",
    "1) Final diagnosis class: {label}\n2) Rationale: The walk is slow and the base is "
    "wide. Knee flexion in swing looks reduced on both sides, and the feet barely clear "
    "the ground.",
    "1) Final diagnosis class: abnormal\n2) Rationale: The person walks with an altered "
    "gait. Clinical correlation is advised.",
)
SYSTEMS = ("biogait_full", "biogait_no_bio", "internvl3_5_zero_shot")
LABELS = ("parkinsons", "myopathic", "normal")


def build() -> str:
    """Make accounts, an open study and a draft; return the open one's id."""
    from django.conf import settings
    from django.contrib.auth.models import User

    from annotations.core.instrument.presentation import NORMALISED
    from annotations.core.instrument.protocol import CONSENT, Protocol
    from annotations.services import rater_seat, study_create, study_open
    from annotations.services.inviting import raters_invite
    from gaitmodel.core.store import ClipStore
    from gaitmodel.models import Rationale
    from tests import factories
    from tests.people import PASSWORD

    films = sorted((Path(settings.BASE_DIR) / "static" / "practice").glob("*.mp4"))
    clips = factories.clips_with_rationales(12, systems=())
    for at, clip in enumerate(clips):
        target = ClipStore(settings.CLIP_STORE).skeleton_path(clip.name)
        shutil.copy(films[at % len(films)], target)
        for system, text in zip(SYSTEMS, TEXTS, strict=True):
            factories.rationale(clip, system, text.format(label=LABELS[at % 3]))
    raters = [
        User.objects.create_user(name, password=PASSWORD) for name in ("ada", "ben")
    ]
    for name in ("lena", "omar"):
        User.objects.create_user(name, password=PASSWORD, is_staff=True)
    rules = Protocol(
        consents=(CONSENT,), practice=True, own_diagnosis=True, confidence=True,
        guess=True, reopening=True, break_after=2, presentation=NORMALISED,
    )  # fmt: skip
    names = [clip.name for clip in clips]
    studies = [
        study_create(
            name=name, systems=SYSTEMS, n_raters=3, clips=names,
            protocol=rules, target=SYSTEMS[0], overlap=3,
            purpose="Do clinicians trust what a gait model says?",
        )
        for name in ("Rationales, first reading", "Second reading")
    ]  # fmt: skip
    opened = study_open(study=studies[0])
    for rater in raters:
        rater_seat(study=opened, rater=rater)
    raters_invite(
        study=opened, emails=["eva@example.org"], site_url="https://study.example.org"
    )
    assert Rationale.objects.count() == 36
    return f"{opened.pk} {studies[1].pk}"


if __name__ == "__main__":
    django.setup()
    print(build())  # noqa: T201
