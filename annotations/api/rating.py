"""A rater's own cases over the API: read blinded, answered by the same services."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.access import RaterView, Refused, person
from annotations.api.serializers import (
    CaseLineOut,
    CaseOut,
    CellIn,
    PicksIn,
    ProblemOut,
    SavedOut,
)
from annotations.models import Assignment
from annotations.selectors import assignment_for, blinded_case, desks_for
from annotations.services import (
    assignment_open,
    assignment_submit,
    choice_save,
    rating_save,
)
from annotations.services.verdicts import Picks
from annotations.services.writing import check_writable

PROBLEMS = {
    400: OpenApiResponse(description="What was sent cannot be read."),
    401: ProblemOut,
    403: ProblemOut,
    404: ProblemOut,
    409: ProblemOut,
    429: ProblemOut,
}


class Cases(RaterView):
    """The cases of the signed-in rater."""

    @extend_schema(
        operation_id="cases_list", responses={200: CaseLineOut(many=True), **PROBLEMS}
    )
    def get(self, request: Request) -> Response:
        """One line a case, in the rater's own order."""
        lines = [case for desk in desks_for(person(request)) for case in desk.cases]
        return Response(CaseLineOut(lines, many=True).data)


class OneCase(RaterView):
    """One blinded case."""

    @extend_schema(operation_id="case_read", responses={200: CaseOut, **PROBLEMS})
    def get(self, request: Request, case_id: UUID) -> Response:
        """Texts, scale and own answers; refused before consent or own diagnosis."""
        assignment = assignment_for(person(request), case_id)
        if assignment is None:
            raise NotFound
        study = assignment.seat.study
        if not study.is_open:
            raise Refused("the study is closed")
        own = getattr(assignment, "own_diagnosis", None)
        check_writable(
            study, assignment.state, assignment.seat.consented_at, own and own.label
        )
        if assignment.state == Assignment.State.NEW:
            assignment_open(case_id=case_id, actor=person(request))
        return Response(CaseOut(blinded_case(assignment)).data)


class Cell(RaterView):
    """One cell of a case's score sheet."""

    @extend_schema(
        operation_id="cell_save", request=CellIn, responses={200: SavedOut, **PROBLEMS}
    )
    def put(
        self, request: Request, case_id: UUID, letter: str, criterion: str
    ) -> Response:
        """Save one score, or clear it."""
        sent = CellIn(data=request.data)
        sent.is_valid(raise_exception=True)
        saved = rating_save(
            case_id=case_id,
            letter=letter,
            criterion=criterion,
            actor=person(request),
            **sent.validated_data,
        )
        return Response(SavedOut(saved).data)


class CaseChoice(RaterView):
    """Best and second best of a case."""

    @extend_schema(
        operation_id="choice_save",
        request=PicksIn,
        responses={200: SavedOut, **PROBLEMS},
    )
    def put(self, request: Request, case_id: UUID) -> Response:
        """Save the choice, in part or whole."""
        sent = PicksIn(data=request.data)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        version = values.pop("version")
        saved = choice_save(
            case_id=case_id,
            picks=Picks(**values),
            version=version,
            actor=person(request),
        )
        return Response(SavedOut(saved).data)


class Submission(RaterView):
    """The end of a case."""

    @extend_schema(
        operation_id="case_submit", request=None, responses={204: None, **PROBLEMS}
    )
    def post(self, request: Request, case_id: UUID) -> Response:
        """Submit a complete case."""
        assignment_submit(case_id=case_id, actor=person(request))
        return Response(status=204)
