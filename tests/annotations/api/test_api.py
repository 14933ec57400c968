"""The API: the same cases and rules as the pages, by session or by token."""

import hashlib
import json

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from annotations.models import Assignment, Rating
from annotations.services import study_lock
from tests import factories, people

pytestmark = pytest.mark.django_db


def by_token(user) -> Client:
    token = Token.objects.create(user=user)
    return Client(headers={"authorization": f"Token {token.key}"})


def put(client: Client, url: str, **sent: object):
    return client.put(url, sent, content_type="application/json")


def test_a_rater_scores_a_whole_case_by_token(case, ada) -> None:
    client = by_token(ada)
    lines = client.get(reverse("api_cases")).json()
    assert lines[0]["id"] == str(case.pk)
    url = reverse("api_case", args=[case.pk])
    shown = client.get(url).json()
    assert [option["letter"] for option in shown["options"]] == ["A", "B", "C"]
    for row in shown["rows"]:
        for cell in row["cells"]:
            assert cell["value"] is None
            address = reverse("api_cell", args=[case.pk, cell["letter"], row["key"]])
            saved = put(client, address, value=4, version=cell["version"])
            assert saved.json()["version"] == 1
    early = client.post(reverse("api_submission", args=[case.pk]))
    assert early.status_code == 409
    assert "best option" in early.json()["detail"]
    put(client, reverse("api_choice", args=[case.pk]), best="A", second="B", version=0)
    done = client.post(reverse("api_submission", args=[case.pk]))
    assert done.status_code == 204
    assert Assignment.objects.get(pk=case.pk).state == Assignment.State.SUBMITTED
    assert Rating.objects.filter(slot__assignment=case, value=4).count() == 12


@pytest.mark.parametrize(
    "sent",
    [{"value": 0}, {"value": 6}, {"value": "3.5"}, {"value": ""}, {"value": True}, {}],
)
def test_nonsense_is_refused(case, ada, sent) -> None:
    url = reverse("api_cell", args=[case.pk, "A", "grounding"])
    answer = put(by_token(ada), url, version=0, **sent)
    assert answer.status_code == 400
    assert not Rating.objects.filter(value__isnull=False).exists()


def test_a_stale_version_and_a_foreign_case_are_refused(case, bens_case, ada) -> None:
    client = by_token(ada)
    url = reverse("api_cell", args=[case.pk, "A", "grounding"])
    assert put(client, url, value=4, version=7).status_code == 409
    foreign = reverse("api_cell", args=[bens_case.pk, "A", "grounding"])
    assert put(client, foreign, value=4, version=0).status_code == 404


def test_a_lead_watches_by_token_and_exports_after_unblinding(
    study, case, cleo, dora
) -> None:
    client = by_token(cleo)
    assert client.get(reverse("api_studies")).json()[0]["name"] == "First"
    seats = client.get(reverse("api_progress", args=[study.pk])).json()
    assert [seat["total"] for seat in seats] == [6, 6]
    url = reverse("api_ratings", args=[study.pk])
    early = client.get(url)
    assert (early.status_code, "not unblinded" in early.json()["detail"]) == (409, True)
    study_lock(study=study)
    people.all_sign(study, cleo, dora)
    text = client.get(url).content.decode()
    assert text.startswith("case,patient,evaluator,model,position")
    assert factories.SYSTEMS[0] in text
    taken = study.events.get(kind="data_exported")
    assert taken.actor == cleo
    assert taken.content.payload == {
        "what": "ratings",
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    browser = Client()
    browser.force_login(cleo)
    assert browser.get(url).status_code == 401


def test_a_manifest_is_imported_from_the_servers_own_folder(
    cleo, settings, tmp_path
) -> None:
    settings.VAR_DIR = tmp_path
    client = by_token(cleo)
    url = reverse("api_imports")

    def post(name: str):
        return client.post(url, {"manifest": name}, content_type="application/json")

    assert post("../secret").status_code == 400
    assert post("none.csv").status_code == 409
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "bad.csv").write_text("clip,subject\n1,2\n")
    refused = post("bad.csv")
    assert refused.status_code == 409
    assert "label" in refused.json()["detail"]
    assert str(tmp_path) not in refused.json()["detail"]


def test_nobody_comes_in_without_token_or_session(case) -> None:
    for name in ("api_cases", "api_studies", "api_schema"):
        assert Client().get(reverse(name)).status_code == 401


def test_many_requests_are_slowed_down(ada, settings, monkeypatch) -> None:
    from rest_framework.throttling import UserRateThrottle

    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    client = by_token(ada)
    codes = [client.get(reverse("api_cases")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert site.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["user"]


def test_the_description_names_no_system(ada) -> None:
    client = by_token(ada)
    schema = client.get(reverse("api_schema"))
    assert json.loads(schema.content)["info"]["title"] == "Gait rationales"
    assert not [
        word
        for word in ('system"', "patient", 'clip"')
        if word.encode() in schema.content
    ]


def test_half_a_character_is_refused_like_any_other_wrong_word(case, ada) -> None:
    url = reverse("api_cell", args=[case.pk, "A", "grounding"])
    refused = put(by_token(ada), url, value=4, version=0, modality="\ud800")
    assert refused.status_code == 400
    assert "not a valid choice" in refused.json()["modality"][0]
