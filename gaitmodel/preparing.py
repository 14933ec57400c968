"""Prepare clips and record the outcome in their rows."""

from __future__ import annotations

from concurrent.futures import Future

from gaitmodel import services, shelf
from gaitmodel.core.errors import GaitError
from gaitmodel.core.features.film import NoFilm
from gaitmodel.core.features.prepare import Prepared, film_again
from gaitmodel.models import Clip
from gaitmodel.selectors import clip_ref, clip_store, review_decision
from gaitmodel.services import films


def note(clip: Clip, outcome: Future[Prepared]) -> bool:
    """Store the result of preparing a clip, or the reason for its failure."""
    try:
        prepared = outcome.result()
    except (GaitError, OSError) as error:
        services.clip_mark_failed(clip=clip, reason=str(error))
        return False
    services.clip_mark_ready(clip=clip, features=prepared.features)
    note_film(clip)
    return True


def note_film(clip: Clip) -> None:
    """Upload a film that was made, and request a person's review if in doubt."""
    shelf.upload(clip.name)
    store = clip_store()
    if found := store.read_privacy(clip.name):
        films.film_review_note(clip=clip, found=found)
    elif store.read_provenance(clip.name).get("no_film") == NoFilm.ASKED:
        films.film_review_withdraw(clip=clip)


def prepare_again(name: str) -> None:
    """Remake one clip's film as people have decided; its row records the outcome.

    The pose is kept, whatever estimated it.
    """
    clip = Clip.objects.select_related("subject").get(name=name)
    shelf.fetch(clip.name)
    outcome: Future[Prepared] = Future()
    try:
        outcome.set_result(
            film_again(clip_ref(clip), clip_store(), review_decision(clip))
        )
    except (GaitError, OSError) as error:
        outcome.set_exception(error)
    note(clip, outcome)
