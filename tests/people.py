"""The people of the tests: Ada and Ben rate, Cleo and Dora lead."""

import time

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import User

from annotations.models import Study
from annotations.services import study_unblind

PASSWORD = "walking-slowly-42"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def rater(name: str) -> User:
    return User.objects.create_user(username=name, password=PASSWORD)


def lead(name: str) -> User:
    """A lead, with the second factor that leads must have."""
    user = User.objects.create_user(username=name, password=PASSWORD, is_staff=True)
    TOTP.activate(user, TOTP_SECRET)
    return user


def totp_code(secret: str = TOTP_SECRET) -> str:
    """The code that the leads' authenticator apps show now."""
    now = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(secret, now)))


def all_sign(study: Study, *leads: User) -> None:
    """Each lead signs the unblinding of a locked study; the last one unblinds it."""
    for signer in leads:
        study_unblind(study=study, signer=signer, password=PASSWORD, reason="done")
