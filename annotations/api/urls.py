"""URLs of the API and of its schema."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from annotations.api import leading, rating

urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="api_schema"),
    path("cases/", rating.Cases.as_view(), name="api_cases"),
    path("cases/<uuid:case_id>/", rating.OneCase.as_view(), name="api_case"),
    path(
        "cases/<uuid:case_id>/cells/<str:letter>/<slug:criterion>/",
        rating.Cell.as_view(),
        name="api_cell",
    ),
    path(
        "cases/<uuid:case_id>/choice/", rating.CaseChoice.as_view(), name="api_choice"
    ),
    path(
        "cases/<uuid:case_id>/submission/",
        rating.Submission.as_view(),
        name="api_submission",
    ),
    path("studies/", leading.Studies.as_view(), name="api_studies"),
    path(
        "studies/<uuid:study_id>/progress/",
        leading.Progress.as_view(),
        name="api_progress",
    ),
    path(
        "studies/<uuid:study_id>/ratings/",
        leading.Ratings.as_view(),
        name="api_ratings",
    ),
    path("imports/", leading.Imports.as_view(), name="api_imports"),
]
