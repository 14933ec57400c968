"""A lead's part of the API: import walks, watch studies, fetch an unblinded one's data."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.authentication import TokenAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.access import LeadView, Refused, person, with_a_leads_sight
from annotations.api.rating import PROBLEMS
from annotations.api.renderers import CsvRenderer
from annotations.api.serializers import ImportIn, ImportOut, SeatOut, StudyOut
from annotations.core.ratings.ratings_csv import ratings_csv
from annotations.models import Study
from annotations.selectors import ratings_for, study_progress
from annotations.services.exporting import export_note
from gaitmodel.core.errors import GaitError
from gaitmodel.services import clips_import


class Studies(LeadView):
    """Every study with its state."""

    @extend_schema(
        operation_id="studies_list", responses={200: StudyOut(many=True), **PROBLEMS}
    )
    @with_a_leads_sight
    def get(self, request: Request) -> Response:
        """States and times, newest first."""
        return Response(StudyOut(Study.objects.all(), many=True).data)


class Progress(LeadView):
    """How far a study's raters are."""

    @extend_schema(
        operation_id="study_progress", responses={200: SeatOut(many=True), **PROBLEMS}
    )
    @with_a_leads_sight
    def get(self, request: Request, study_id: UUID) -> Response:
        """Counts and pace of each seat, never a score."""
        study = get_object_or_404(Study, pk=study_id)
        return Response(SeatOut(study_progress(study), many=True).data)


class Ratings(LeadView):
    """The ratings of an unblinded study, by token alone.

    An unattended browser session cannot fetch them; the study's page asks for the
    password again.
    """

    authentication_classes = [TokenAuthentication]
    renderer_classes = [CsvRenderer]

    @extend_schema(
        operation_id="study_ratings",
        responses={(200, "text/csv"): OpenApiTypes.STR}
        | {(code, "application/json"): PROBLEMS[code] for code in PROBLEMS},
    )
    @with_a_leads_sight
    def get(self, request: Request, study_id: UUID) -> Response:
        """The ratings CSV; refused while the study is blind."""
        study = get_object_or_404(Study, pk=study_id)
        text = ratings_csv(ratings_for(study))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        export_note(study=study, actor=person(request), what="ratings", sha256=sha256)
        return Response(text)


class Imports(LeadView):
    """Walks that lie in the server's import folder (``imports`` in the data folder).

    Nothing is uploaded here: whoever may put files there is the server's operator.
    """

    @extend_schema(
        operation_id="clips_import",
        request=ImportIn,
        responses={200: ImportOut, **PROBLEMS},
    )
    @with_a_leads_sight
    def post(self, request: Request) -> Response:
        """Import a manifest by its name; all of it or nothing."""
        # Imported here so that no other page pays for the film and pose readers.
        from gaitmodel.core.sources.manifest import read_manifest

        sent = ImportIn(data=request.data)
        sent.is_valid(raise_exception=True)
        path = Path(settings.VAR_DIR) / "imports" / sent.validated_data["manifest"]
        if not path.is_file():
            raise Refused("there is no such file in the import folder")
        try:
            summary = clips_import(refs=read_manifest(path).clips)
        except GaitError as error:
            raise Refused(str(error).replace(str(path.parent), "")) from error
        return Response(ImportOut({"clips": summary.created}).data)
