"""URLs of the model pages (leads only)."""

from django.urls import path

from gaitmodel.views import clips, films_in_doubt, runs, table_one, walkway

app_name = "gaitmodel"
urlpatterns = [
    path("clips/", clips.clip_list, name="clip_list"),
    path("clips/in-doubt/", films_in_doubt.film_reviews, name="film_reviews"),
    path("clips/walkway/", walkway.walkway, name="walkway"),
    path("clips/<int:clip_id>/", clips.clip_page, name="clip"),
    path("clips/<int:clip_id>/film/", clips.clip_film_bytes, name="clip_film"),
    path(
        "clips/<int:clip_id>/in-doubt/<int:place>/",
        films_in_doubt.film_cut_out,
        name="film_cut_out",
    ),
    path(
        "clips/<int:clip_id>/in-doubt/",
        films_in_doubt.film_review_decide,
        name="film_review_decide",
    ),
    path("runs/", runs.runs, name="runs"),
    path("runs/<uuid:run_id>/", runs.run_page, name="run"),
    path("table-1/", table_one.table_one, name="table_one"),
    path("runs/<uuid:run_id>/cancel/", runs.run_cancel, name="run_cancel"),
    path("runs/<uuid:run_id>/retry/", runs.run_retry, name="run_retry"),
]
