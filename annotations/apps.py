"""The study room: blinded cases, ratings, seal, analysis."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    name = "annotations"
    verbose_name = "Blinded study"
