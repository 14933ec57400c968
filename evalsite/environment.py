"""Typed, strict readers of environment variables; and the data folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

Network = IPv4Network | IPv6Network
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def env_text(name: str, default: str = "") -> str:
    """A setting as text; ``NAME_FILE`` may name a file that holds it (for secrets)."""
    if file := os.environ.get(f"{name}_FILE"):
        path = Path(file)
        if not path.is_file():
            raise ImproperlyConfigured(f"{name}_FILE names no file: {file!r}")
        return path.read_text().strip()
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool) -> bool:
    """A yes or no; anything else is an error, not a guess."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in TRUE | FALSE:
        return text in TRUE
    raise ImproperlyConfigured(f"{name} must be yes or no, not {text!r}")


def env_list(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_number(name: str, default: int, allowed: range) -> int:
    """A whole number within bounds."""
    text = os.environ.get(name, "").strip() or str(default)
    if not text.isdecimal() or int(text) not in allowed:
        raise ImproperlyConfigured(
            f"{name} is {allowed[0]} to {allowed[-1]}, not {text!r}"
        )
    return int(text)


def folder_made(path: Path) -> Path:
    """This folder, created if missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def file_made(path: Path, text: str) -> None:
    """Write a file atomically that only the server's user may read."""
    part = path.with_name(f".part-{path.name}")
    try:
        part.touch(mode=0o600)
        part.write_text(text)
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"{path} cannot be made: {error.strerror}. Set BIOGAIT_VAR to a folder that the "
        "server's user may write"
    )


def env_choice(name: str, allowed: Sequence[str]) -> str:
    """One of a few words; the first is the default."""
    text = os.environ.get(name, "").strip().lower() or allowed[0]
    if text not in allowed:
        raise ImproperlyConfigured(f"{name} is {' or '.join(allowed)}, not {text!r}")
    return text


def env_networks(name: str, default: str = "") -> list[Network]:
    """Addresses and networks, comma-separated: 10.0.0.7, 10.1.0.0/16."""
    try:
        return [ip_network(part) for part in env_list(name, default)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error
