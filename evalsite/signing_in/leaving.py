"""What becomes of the account of somebody who leaves, or who lost their second factor."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db import transaction
from rest_framework.authtoken.models import Token

from annotations.models import Invitation


def account_close(*, person: User) -> None:
    """Let nobody sign in by it: its open sessions and its API token end with it."""
    person.is_active = False
    person.save(update_fields=["is_active"])


def account_reopen(*, person: User) -> None:
    person.is_active = True
    person.save(update_fields=["is_active"])


@transaction.atomic
def factors_forget(*, person: User) -> int:
    """Forget second factors and recovery codes: a lead sets up a new one at sign-in.

    Returns how many there were.
    """
    gone, _ = Authenticator.objects.filter(user=person).delete()
    return int(gone)


@transaction.atomic
def account_erase(*, person: User) -> str:
    """Keep of an account its number alone, by which the logs name who acted.

    Returns its new name. Answers are erased by withdrawing, not by this.
    """
    factors_forget(person=person)
    Token.objects.filter(user=person).delete()
    EmailAddress.objects.filter(user=person).delete()
    old = {person.username, person.email} - {""}
    person.username, person.email = f"person-{person.pk}", ""
    person.first_name = person.last_name = ""
    person.set_unusable_password()
    person.is_active = False
    person.save()
    Invitation.objects.filter(email__in=old).update(email=f"{person.username}@invalid")
    return person.username
