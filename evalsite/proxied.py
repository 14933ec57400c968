"""Behind a proxy, the client's address is the one that the proxy has seen.

Otherwise rate limits by address, and access to metrics, would see only the proxy.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class ClientAddress:
    """Take the last entry of X-Forwarded-For, if a trusted proxy wrote it."""

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
    """Whether it is a trusted proxy; a Unix socket has no address and is one."""
    if not address:
        return True
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    return any(peer in network for network in settings.TRUSTED_PROXIES)
