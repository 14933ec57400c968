"""The site itself: what belongs to neither app."""

from django.apps import AppConfig


class EvalSiteConfig(AppConfig):
    name = "evalsite"
    verbose_name = "Site"

    def ready(self) -> None:
        import evalsite.checks
        import evalsite.settings_checks  # noqa: F401  both register system checks
