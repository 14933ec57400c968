"""The pages whose times must not grow with the site, each as a callable."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import User
from django.test import Client

from annotations.export.bundle import study_export
from annotations.models import Assignment, Rating, Study
from annotations.reports import study_report, study_report_html
from benchmarks.scale_site import CLOSED, OPEN

Act = Callable[[], object]
FAST, SLOW = 40, 3


def acts() -> dict[str, tuple[Act, int]]:
    """By name: the call, and how often to time it. Reference studies only."""
    going, done = Study.objects.get(name=OPEN), Study.objects.get(name=CLOSED)
    rater = User.objects.get(username="reference00")
    case = Assignment.objects.filter(seat__study=going, seat__rater=rater).first()
    if case is None:
        raise SystemExit("the reference study has no case")
    raters, leads = _signed_in(rater.username), _signed_in("lena")
    return {
        "case page": (_page(raters, f"/cases/{case.pk}/"), FAST),
        "cell saved": (_cell(raters, case), FAST),
        "my cases": (_page(raters, "/cases/"), FAST),
        "dashboard": (_page(leads, f"/studies/{going.pk}/"), FAST),
        "list of studies": (_page(leads, "/studies/"), FAST),
        "list of clips": (_page(leads, "/model/clips/"), FAST),
        "report": (lambda: study_report(done).as_json(), SLOW),
        "report page": (lambda: study_report_html(done), SLOW),
        "export": (lambda: _exported(study_export, done), SLOW),
    }


def own_acts() -> dict[str, tuple[Act, int]]:
    """The same pages of the site's own studies, whose times depend on their size."""
    rows = Study.objects.filter(name__startswith="study ").order_by("name")
    going = rows.filter(state="open").first()
    done = rows.filter(state="unblinded").first()
    if going is None or done is None:
        return {}
    seat = going.seats.select_related("rater").first()
    if seat is None or seat.rater is None:
        raise SystemExit("the study has no rater")
    raters, leads = _signed_in(seat.rater.username), _signed_in("lena")
    return {
        "my cases": (_page(raters, "/cases/"), FAST),
        "dashboard": (_page(leads, f"/studies/{going.pk}/"), FAST),
        "report": (lambda: study_report(done).as_json(), SLOW),
    }


def _signed_in(name: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=name))
    return client


def _page(client: Client, path: str) -> Act:
    def get() -> None:
        status = client.get(path).status_code
        if status != 200:
            raise SystemExit(f"{path} answers {status}")

    return get


def _cell(client: Client, case: Assignment) -> Act:
    """The next version of one cell."""
    cell = Rating.objects.filter(slot__assignment=case, slot__letter="A").first()
    if cell is None:
        raise SystemExit("the case has no cell")
    name = f"A-{cell.criterion.key}"
    path = f"/cases/{case.pk}/cells/A/{cell.criterion.key}/"
    state = {"version": cell.version}

    def save() -> None:
        sent = {f"{name}-value": 1 + state["version"] % 5,
                f"{name}-version": state["version"]}  # fmt: skip
        status = client.post(path, sent).status_code
        if status != 200:
            raise SystemExit(f"{path} answers {status}")
        state["version"] += 1

    return save


def _exported(export: Callable[[Study, Path], object], study: Study) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export(study, Path(folder) / "bundle")
