"""Addresses of the model room (leads only)."""

from django.urls import path

from gaitmodel import clip_views, privacy_views, run_views, views, walkway_views

app_name = "gaitmodel"
urlpatterns = [
    path("clips/", clip_views.clip_list, name="clip_list"),
    path("clips/in-doubt/", privacy_views.film_reviews, name="film_reviews"),
    path("clips/walkway/", walkway_views.walkway, name="walkway"),
    path("clips/<int:clip_id>/", clip_views.clip_page, name="clip"),
    path("clips/<int:clip_id>/film/", clip_views.clip_film_bytes, name="clip_film"),
    path(
        "clips/<int:clip_id>/in-doubt/<int:place>/",
        privacy_views.film_cut_out,
        name="film_cut_out",
    ),
    path(
        "clips/<int:clip_id>/in-doubt/",
        privacy_views.film_review_decide,
        name="film_review_decide",
    ),
    path("runs/", run_views.runs, name="runs"),
    path("runs/<uuid:run_id>/", run_views.run_page, name="run"),
    path("table-1/", views.table_one, name="table_one"),
    path("runs/<uuid:run_id>/cancel/", run_views.run_cancel, name="run_cancel"),
    path("runs/<uuid:run_id>/retry/", run_views.run_retry, name="run_retry"),
]
