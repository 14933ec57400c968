"""Addresses of the model room (leads only)."""

from django.urls import URLPattern

app_name = "gaitmodel"
urlpatterns: list[URLPattern] = []
