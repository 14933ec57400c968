"""Inviting raters: one-time links to seats, and seating people who have accounts."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from annotations.audit import event_append, study_for_update
from annotations.core.errors import StateError, StudyError
from annotations.models import Invitation, Seat, Study
from annotations.selectors.invitations import invitations_waiting

INVITATION_DAYS = 14
# No clock that is put back makes a link work again that was taken back.
TAKEN_BACK = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN_BYTES = 32
log = logging.getLogger(__name__)


@dataclass
class SentInvitation:
    """An invitation with its link, which is shown and mailed once and never stored.

    Whether the mail server accepted it is known only after the transaction.
    """

    email: str
    seat: int
    link: str
    is_mailed: bool = False


def token_sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def raters_invite(
    *,
    study: Study,
    emails: Sequence[str],
    site_url: str,
    site: str = "",
    actor: User | None = None,
) -> list[SentInvitation]:
    """Mail each address a one-time link to a free seat of an open study.

    Someone invited before who has not joined keeps the seat (and the site, unless one
    is given now) and gets a new link; the old one becomes invalid.
    """
    emails = [_checked_email(email) for email in emails]
    if len(set(emails)) < len(emails):
        raise StudyError("an address is listed twice; invite each rater once")
    with transaction.atomic():
        study = _open_study(study)
        return [
            _invite(study, seat, _Guest(email, site.strip() or known), site_url, actor)
            for email, (seat, known) in zip(
                emails, _seats_for(study, emails), strict=True
            )
        ]


def rater_seat(*, study: Study, rater: User, actor: User | None = None) -> Seat:
    """Give a person with an account the first free seat of an open study."""
    with transaction.atomic():
        study = _open_study(study)
        seats = _free_seats(study)
        if not seats:
            raise StudyError(f"study {study.name!r} has no free seat")
        return _sit(study, seats[0], rater, actor or rater)


def invitation_accept(*, invitation: Invitation, password: str) -> User:
    """Redeem an invitation: create the account if there is none, and take the seat.

    An existing account keeps its password, so that a forwarded link cannot replace it.
    """
    with transaction.atomic():
        study = _open_study(invitation.seat.study)
        now = timezone.now()
        used = Invitation.objects.filter(
            pk=invitation.pk, accepted_at__isnull=True, expires_at__gt=now
        ).update(accepted_at=now)
        if not used:
            raise StateError("this invitation has been used or has expired")
        rater = User.objects.filter(username=invitation.email).first()
        if rater is None:
            rater = _account_create(invitation.email, password)
        _sit(study, invitation.seat, rater, rater)
        Seat.objects.filter(pk=invitation.seat_id).update(site=invitation.site)
    return rater


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise StudyError(f"{email!r} is not an e-mail address") from error
    return email


def _open_study(study: Study) -> Study:
    """The study, if open: raters join after the seal, which precedes any sign-in.

    A stranger may read the error, so it omits the study's name, which may reveal a
    diagnosis.
    """
    study = study_for_update(study.pk)
    if not study.is_open:
        raise StateError(f"the study is {study.state}; raters join an open study")
    return study


def _seats_for(study: Study, emails: Sequence[str]) -> list[tuple[Seat, str]]:
    """A seat for each address (its own, if it has one) with the site given before;
    voids earlier links.
    """
    if seated := study.seats.filter(rater__username__in=emails).first():
        raise StudyError(f"{seated.rater} already has a seat in this study")
    before = invitations_waiting(study).filter(email__in=emails).select_related("seat")
    own = {one.email: (one.seat, one.site) for one in before}
    free, new = _free_seats(study), len(emails) - len(own)
    if new > len(free):
        raise StudyError(
            f"{new} raters are invited, but study {study.name!r} has "
            f"{len(free)} free seats"
        )
    before.update(expires_at=TAKEN_BACK)
    others = iter(free)
    return [own.get(email) or (next(others), "") for email in emails]


def _free_seats(study: Study) -> list[Seat]:
    """Seats with neither a rater nor an invitation that can still be used."""
    free = study.seats.filter(rater__isnull=True)
    return list(free.exclude(invitations__in=invitations_waiting(study)))


@dataclass(frozen=True)
class _Guest:
    """Who is invited, and where they work."""

    email: str
    site: str


def _invite(
    study: Study, seat: Seat, guest: _Guest, site_url: str, actor: User | None
) -> SentInvitation:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    Invitation.objects.create(
        seat=seat,
        email=guest.email,
        site=guest.site,
        token_sha256=token_sha256(token),
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    event_append(
        study=study, kind="rater_invited", actor=actor, payload={"seat": seat.number}
    )
    link = site_url.rstrip("/") + reverse("invitation", args=[token])
    sent = SentInvitation(guest.email, seat.number, link)
    transaction.on_commit(partial(_mail, sent))
    return sent


def _mail(sent: SentInvitation) -> None:
    """Mail the link without the study's name, which may reveal a diagnosis.

    The invitation is valid even if the mail fails: the inviting lead sees the link.
    """
    try:
        send_mail(
            "Invitation to rate gait cases",
            "You are invited to score gait rationales in a blinded study.\n\n"
            "Open your personal link to take part. It can be used once, within "
            f"{INVITATION_DAYS} days:\n"
            f"{sent.link}\n",
            None,
            [sent.email],
        )
    except OSError as error:
        log.error("an invitation could not be mailed: %s", type(error).__name__)
    else:
        sent.is_mailed = True


def _account_create(email: str, password: str) -> User:
    rater = User(username=email, email=email)
    try:
        validate_password(password, rater)
    except ValidationError as error:
        raise StudyError(" ".join(error.messages)) from error
    rater.set_password(password)
    try:
        with transaction.atomic():
            rater.save()
    except IntegrityError as error:  # by another study's link, which holds another lock
        raise StateError(
            "an account for this address has just been made; open the link again"
        ) from error
    return rater


def _sit(study: Study, seat: Seat, rater: User, actor: User) -> Seat:
    if rater.is_staff:
        raise StudyError(
            f"{rater.username!r} leads studies, and a lead cannot rate blind"
        )
    if study.seats.filter(rater=rater).exists():
        raise StudyError(f"{rater.username!r} already has a seat in this study")
    if not Seat.objects.filter(pk=seat.pk, rater__isnull=True).update(rater=rater):
        raise StateError(f"seat {seat.number} is taken")
    event_append(
        study=study,
        kind="rater_seated",
        actor=actor,
        payload={"seat": seat.number, "rater": rater.pk},
    )
    seat.rater = rater
    return seat
