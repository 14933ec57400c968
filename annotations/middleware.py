"""Run every request behind the identity guard, from the first query to the last."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from annotations.vault import Sight, guarded


class BlindingMiddleware:
    """Choose the sight by user; anyone not certainly a lead gets the narrowest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with guarded(_sight_of(request)):
            return self.get_response(request)


def _sight_of(request: HttpRequest) -> Sight:
    user = request.user
    is_lead = user.is_authenticated and user.is_active and user.is_staff
    return Sight.LEAD if is_lead else Sight.RATER
