"""The study app: blinded cases, ratings, seal, analysis."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    name = "annotations"
    verbose_name = "Blinded study"

    def ready(self) -> None:
        from annotations.selectors.films import films_sealed
        from gaitmodel.holding import hold_by

        hold_by(films_sealed)
