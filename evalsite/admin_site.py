"""The admin shows the model room, and nobody changes anything by it.

Other packages bring forms for accounts, second factors, API tokens and queued calls.
By any of these a superuser would sign as two leads or score in a rater's name, and the
study's log would say nothing of it: on this site such rows are changed on the host.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig

SHOWN = "gaitmodel"


class ShowingSite(AdminSite):
    """Leaves out what another package registers."""

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        several = isinstance(model_or_iterable, (list, tuple))
        models = model_or_iterable if several else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label == SHOWN]
        super().register(ours, admin_class, **options)


class SiteAdminConfig(AdminConfig):
    default_site = "evalsite.admin_site.ShowingSite"
