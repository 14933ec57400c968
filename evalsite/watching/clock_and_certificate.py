"""What the web process monitors besides requests: clock jumps and certificate expiry.
Each gives one log line; requests are unaffected.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

CLOCK_JUMP_S = 5.0
CERTIFICATE_EVERY_S = 3600.0
WARN_DAYS = 21
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CertificateState:
    """When a certificate expires, and a warning; empty while there is time."""

    ends: datetime | None
    problem: str
    is_over: bool


def certificate_state(path: Path, now: datetime) -> CertificateState:
    """Read the first certificate of a PEM file."""
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return CertificateState(
            None, f"certificate {path} cannot be read: {error}", True
        )
    ends = found.not_valid_after_utc
    day = ends.date().isoformat()
    days = (ends - now).days
    if ends <= now:
        return CertificateState(ends, f"certificate {path} expired on {day}", True)
    if days < WARN_DAYS:
        problem = f"certificate {path} expires on {day}, in {days} days"
        return CertificateState(ends, problem, False)
    return CertificateState(ends, "", False)


class Watch:
    """Checks the clock with each request, the certificate once an hour."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.offset = _offset()
        self.looked = -CERTIFICATE_EVERY_S

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        self._look_at_clock()
        self._look_at_certificate()
        return self.get_response(request)

    def _look_at_clock(self) -> None:
        """Compare the wall clock with the monotonic clock."""
        offset = _offset()
        jumped = offset - self.offset
        self.offset = offset
        if abs(jumped) > CLOCK_JUMP_S:
            log.warning(
                "the clock jumped by %+.0f s: idle limits and times in the log follow "
                "it; the order of the log does not",
                jumped,
            )

    def _look_at_certificate(self) -> None:
        now = time.monotonic()
        if not settings.TLS_CERTIFICATE or now - self.looked < CERTIFICATE_EVERY_S:
            return
        self.looked = now
        state = certificate_state(Path(settings.TLS_CERTIFICATE), datetime.now(UTC))
        if state.problem:
            log.log(logging.ERROR if state.is_over else logging.WARNING, state.problem)


def _offset() -> float:
    return time.time() - time.monotonic()
