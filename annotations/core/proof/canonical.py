"""Canonical JSON (RFC 8785): one byte string per value, so that it can be hashed."""

from __future__ import annotations

from collections.abc import Mapping

import rfc8785

from annotations.core.errors import StudyError

Payload = Mapping[str, object]


def canonical(value: Payload) -> bytes:
    """The bytes to hash; refuses what JSON cannot represent exactly."""
    try:
        encoded: bytes = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise StudyError(f"a record cannot be written as JSON: {error}") from error
    return encoded
