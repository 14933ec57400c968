"""The model app: clips, runs, predictions, rationales."""

from django.apps import AppConfig


class GaitModelConfig(AppConfig):
    name = "gaitmodel"
    verbose_name = "Gait model"

    def ready(self) -> None:
        import gaitmodel.checks  # noqa: F401  registers the system checks
