"""The admin shows the model app's rows, read-only.

Other packages register forms for accounts, second factors, API tokens and queued calls.
With these a superuser could sign as two leads or score in a rater's name without a
trace in the study's log, so on this site such rows are changed only on the host.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig

SHOWN = "gaitmodel"


class ShowingSite(AdminSite):
    """Ignores what other packages register."""

    def register(
        self, model_or_iterable: Any, admin_class: Any = None, **options: Any
    ) -> None:
        several = isinstance(model_or_iterable, (list, tuple))
        models = model_or_iterable if several else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label == SHOWN]
        super().register(ours, admin_class, **options)


class SiteAdminConfig(AdminConfig):
    default_site = "evalsite.admin_site.ShowingSite"
