"""The admin's read-only view of this app.

Rationales and predictions are not in it: leads stay blind to which system wrote a text,
and the identity guard denies their requests these tables.
"""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from gaitmodel.models import Clip, Run, Subject


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """Only services write rows."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: object | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: object | None = None
    ) -> bool:
        return False


@admin.register(Subject)
class SubjectAdmin(ReadOnlyAdmin):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Clip)
class ClipAdmin(ReadOnlyAdmin):
    list_display = ("name", "subject", "label", "split", "state")
    list_filter = ("label", "split", "state")
    search_fields = ("name", "subject__name")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = ("kind", "system", "state", "progress", "created_at")
    list_filter = ("kind", "state")
