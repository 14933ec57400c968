"""Prepare clips and note in their rows what came of it."""

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
    """Store what preparing a clip gave; a bad clip keeps its reason."""
    try:
        prepared = outcome.result()
    except (GaitError, OSError) as error:
        services.clip_mark_failed(clip=clip, reason=str(error))
        return False
    services.clip_mark_ready(clip=clip, features=prepared.features)
    note_film(clip)
    return True


def note_film(clip: Clip) -> None:
    """Keep a film that was made, and ask a person where it is in doubt."""
    shelf.upload(clip.name)
    store = clip_store()
    if found := store.read_privacy(clip.name):
        films.film_review_note(clip=clip, found=found)
    elif store.read_provenance(clip.name).get("no_film") == NoFilm.ASKED:
        films.film_review_withdraw(clip=clip)


def prepare_again(name: str) -> None:
    """Make one clip's film as people have decided; its row tells how that ended.

    The pose stays, whatever it was estimated with.
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
