"""URLs of the study app."""

from django.urls import path, register_converter

from annotations import media
from annotations.views import (
    analysis,
    attention,
    auditing,
    cells,
    comments,
    composing,
    diagnosis,
    gallery,
    invitation,
    joining,
    planning,
    practice,
    previews,
    rating,
    studies,
)


class LetterConverter:
    """A candidate's letter."""

    regex = "[A-F]"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LetterConverter, "letter")

urlpatterns = [
    path("", studies.home, name="home"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("cases/", rating.case_list, name="case_list"),
    path("cases/<uuid:case_id>/", rating.case, name="case"),
    path("cases/<uuid:case_id>/review/", rating.case_review, name="case_review"),
    path(
        "cases/<uuid:case_id>/cannot-judge/",
        rating.case_cannot_judge,
        name="case_cannot_judge",
    ),
    path(
        "cases/<uuid:case_id>/cells/<letter:letter>/<slug:criterion>/",
        cells.cell_save,
        name="cell_save",
    ),
    path("cases/<uuid:case_id>/choice/", cells.picks_save, name="picks_save"),
    path("cases/<uuid:case_id>/comment/", cells.words_save, name="words_save"),
    path("cases/<uuid:case_id>/guess/", cells.hunch_save, name="hunch_save"),
    path("cases/<uuid:case_id>/attention/", attention.attention, name="case_attention"),
    path("cases/<uuid:case_id>/diagnosis/", diagnosis.diagnosis, name="diagnosis"),
    path("cases/<uuid:case_id>/reopen/", rating.case_reopening, name="case_reopen"),
    path("cases/<uuid:case_id>/film/", media.film_renewed, name="case_film_url"),
    path("cases/<uuid:case_id>/film/<str:token>", media.film, name="case_film"),
    path("seats/<uuid:seat_id>/consent/", joining.consent, name="consent"),
    path(
        "seats/<uuid:seat_id>/instructions/", joining.instructions, name="instructions"
    ),
    path("seats/<uuid:seat_id>/pause/", rating.pause, name="pause"),
    path("seats/<uuid:seat_id>/withdrawal/", joining.withdrawal, name="withdrawal"),
    path(
        "seats/<uuid:seat_id>/practice/skip/",
        practice.practice_skip,
        name="practice_skip",
    ),
    path(
        "seats/<uuid:seat_id>/practice/<int:number>/",
        practice.practice,
        name="practice",
    ),
    path(
        "seats/<uuid:seat_id>/practice/<int:number>/review/",
        practice.practice_review,
        name="practice_review",
    ),
    path(
        "seats/<uuid:seat_id>/practice/<int:number>/<path:what>/",
        practice.practice_save,
        name="practice_save",
    ),
    path("gallery/", gallery.gallery, name="gallery"),
    path("plan/", planning.planner, name="planner"),
    path("studies/<uuid:study_id>/coding/", comments.coding, name="study_coding"),
    path("studies/<uuid:study_id>/comments/", comments.comments, name="study_comments"),
    path("studies/", studies.study_list, name="study_list"),
    path("studies/new/", composing.compose, name="study_new"),
    path("studies/new/check/", composing.check, name="study_check"),
    path("studies/<uuid:study_id>/audit/", auditing.audit, name="study_audit"),
    path("studies/<uuid:study_id>/reissue/", previews.reissue, name="study_reissue"),
    path(
        "studies/<uuid:study_id>/cases/<uuid:case_id>/",
        previews.preview,
        name="case_preview",
    ),
    path(
        "studies/<uuid:study_id>/cases/<uuid:case_id>/film/",
        previews.preview_film,
        name="case_preview_film",
    ),
    path(
        "studies/<uuid:study_id>/unblind-case/",
        previews.emergency,
        name="case_unblind",
    ),
    path("studies/<uuid:study_id>/", studies.study, name="study"),
    path("studies/<uuid:study_id>/open/", studies.study_opening, name="study_open"),
    path(
        "studies/<uuid:study_id>/invite/",
        studies.study_invitation,
        name="study_invite",
    ),
    path(
        "studies/<uuid:study_id>/export/", studies.study_exporting, name="study_export"
    ),
    path("studies/<uuid:study_id>/lock/", studies.study_locking, name="study_lock"),
    path(
        "studies/<uuid:study_id>/unblind/",
        studies.study_unblinding,
        name="study_unblind",
    ),
    path(
        "studies/<uuid:study_id>/verify/",
        studies.study_verification,
        name="study_verify",
    ),
    path(
        "studies/<uuid:study_id>/analysis/",
        analysis.study_analysis,
        name="study_analysis",
    ),
]
