"""Addresses of the model room (leads only)."""

from django.urls import path

from gaitmodel import views

app_name = "gaitmodel"
urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("gallery/", views.gallery, name="gallery"),
    path("clips/<int:clip_id>/film/", views.clip_film, name="clip_film"),
    path("table-1/", views.table_one, name="table_one"),
    path("runs/<uuid:run_id>/cancel/", views.run_cancel, name="run_cancel"),
    path("runs/<uuid:run_id>/retry/", views.run_retry, name="run_retry"),
]
