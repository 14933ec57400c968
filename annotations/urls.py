"""Addresses of the study room."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
