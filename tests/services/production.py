"""A running site as in production: its URLs, secrets and processes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.processes import Service, site_environment


@dataclass
class Site:
    """A running site: its environment, its origin, one case of Ada's, its folder."""

    environment: dict[str, str]
    origin: str
    plain: str
    case: str
    folder: Path
    token: str
    web: Service

    def visitor(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False  # ignore the environment's CA bundle and proxy
        session.verify = str(self.folder / "server.pem")
        session.headers["Referer"] = f"{self.origin}/"
        return session


def environment_of(
    folder: Path, postgres: str, redis_url: str, https: int
) -> dict[str, str]:
    """What an operator would set, with the secrets in files."""
    held = {
        "DATABASE_URL": postgres,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "METRICS_TOKEN": secrets.token_urlsafe(32),
    }
    environment = site_environment(folder)
    for name, value in held.items():
        (folder / name).write_text(value)
        environment.pop(name, None)
        environment[f"{name}_FILE"] = str(folder / name)
    return environment | {
        "REDIS_URL": redis_url,
        "HTTPS": "yes",
        "ALLOWED_HOSTS": "127.0.0.1,study.example.org",
        "CSRF_TRUSTED_ORIGINS": f"https://127.0.0.1:{https}",
        "MEDIA_ACCEL_PREFIX": "/_films/",
        "LOG_FORMAT": "json",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_FROM": "study@example.org",
    }
