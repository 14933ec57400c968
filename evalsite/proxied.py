"""Behind the front server, the address of who asks is the one that it has seen.

Limits by address, and who may read metrics, would otherwise all see the front server.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class ClientAddress:
    """Take the last entry of X-Forwarded-For, if a trusted front server wrote it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if forwarded and _is_front(request.META.get("REMOTE_ADDR", "")):
            last = forwarded.rpartition(",")[2].strip()
            try:
                request.META["REMOTE_ADDR"] = str(ip_address(last))
            except ValueError:
                request.META["REMOTE_ADDR"] = ""
        return self.get_response(request)


def _is_front(address: str) -> bool:
    """A socket of this machine has no address; it is the front server's."""
    if not address:
        return True
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    return any(peer in network for network in settings.TRUSTED_PROXIES)
