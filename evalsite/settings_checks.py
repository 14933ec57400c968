"""System checks of the settings: inconsistent combinations, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


@register()
def addresses_make_sense(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return list(_addresses())


def _addresses() -> Iterator[CheckMessage]:
    redis, prefix = settings.REDIS_URL, settings.MEDIA_ACCEL_PREFIX
    if redis and not redis.startswith(REDIS_SCHEMES):
        yield Error(
            "REDIS_URL does not begin with redis://, rediss:// or unix://.",
            hint="For example redis://127.0.0.1:6379/0.",
            id="evalsite.E010",
        )
    if prefix and not (prefix.startswith("/") and prefix.endswith("/")):
        yield Error(
            f"MEDIA_ACCEL_PREFIX {prefix!r} must begin and end with a slash.",
            hint="Give it the name of nginx's internal location, such as /_films/.",
            id="evalsite.E011",
        )
    if any(network.prefixlen == 0 for network in settings.METRICS_FROM):
        yield Error(
            "METRICS_FROM lets everybody read the metrics.",
            hint="Name Prometheus' address, or use METRICS_TOKEN.",
            id="evalsite.E012",
        )
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        yield Error(
            "TRUSTED_PROXIES trusts everybody's X-Forwarded-For.",
            hint="Name the front server's address or network.",
            id="evalsite.E013",
        )


@register()
def the_bucket_makes_sense(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    return list(_bucket())


def _bucket() -> Iterator[CheckMessage]:
    if settings.MEDIA_STORAGE == "s3" and not settings.S3_BUCKET:
        yield Error(
            "MEDIA_STORAGE is s3, but S3_BUCKET names no bucket.",
            hint="Make a private bucket and name it.",
            id="evalsite.E018",
        )
    if any(settings.S3_KEYS) and not all(settings.S3_KEYS):
        yield Error(
            "One of S3_ACCESS_KEY and S3_SECRET_KEY is set, the other is not.",
            hint="Set both, or neither where the host has a role of its own.",
            id="evalsite.E019",
        )


@register(Tags.security, deploy=True)
def ready_for_strangers(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Settings whose fault would show only when the first rater comes."""
    return list(_deployment())


def _deployment() -> Iterator[CheckMessage]:
    inner = {"localhost", "127.0.0.1", "[::1]"}
    if "*" in settings.ALLOWED_HOSTS or set(settings.ALLOWED_HOSTS) <= inner:
        yield Error(
            f"ALLOWED_HOSTS {settings.ALLOWED_HOSTS} names no host of this site.",
            hint="Set it to the name in the address that raters get.",
            id="evalsite.E014",
        )
    if settings.EMAIL_HOST and settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield Error(
            "EMAIL_HOST is set, but e-mails would come from webmaster@localhost.",
            hint="Set EMAIL_FROM to an address that the mail server may send from.",
            id="evalsite.E015",
        )
    if settings.EMAIL_HOST_PASSWORD and settings.EMAIL_TLS == "none":
        yield Error(
            "The mail server's password would cross the network unencrypted.",
            hint="Set EMAIL_TLS to starttls or tls.",
            id="evalsite.E016",
        )
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 20:
        yield Error(
            "METRICS_TOKEN is shorter than 20 characters.",
            hint="python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            id="evalsite.E017",
        )
