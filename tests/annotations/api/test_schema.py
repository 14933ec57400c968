"""schemathesis tries what the description allows: no 5xx, nothing undescribed."""

import pytest
import requests
import schemathesis
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from annotations.models import Assignment, Study

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
QUIET = (
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
)


@pytest.mark.parametrize("who", ["ada", "cleo"])
def test_the_api_keeps_its_description(who, study, case, ada, cleo) -> None:
    client = Client()
    client.force_login({"ada": ada, "cleo": cleo}[who])
    description = client.get(reverse("api_schema")).json()
    schema = schemathesis.openapi.from_dict(description)
    tried = sum(_try(result.ok(), client) for result in schema.get_all_operations())
    assert tried >= 9


def _sent(client: Client, case) -> Response:
    """Send a drawn case through Django's client; the answer as the checks take it."""
    drawn = case.as_transport_kwargs(base_url="http://testserver")
    prepared = requests.Request(
        drawn["method"],
        drawn["url"],
        params=drawn.get("params"),
        json=drawn.get("json"),
        headers=drawn.get("headers"),
    ).prepare()
    answer = client.generic(
        case.method,
        prepared.path_url,
        prepared.body or b"",
        content_type=prepared.headers.get("Content-Type", ""),
    )
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.items()},
        content=answer.content,
        request=prepared,
        elapsed=0.0,
        verify=False,
    )


def _try(operation, client: Client) -> int:
    known = st.sampled_from(
        [str(pk) for pk in Assignment.objects.values_list("pk", flat=True)[:3]]
        + [str(Study.objects.get().pk)]
    )

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(QUIET),
    )
    @given(case=operation.as_strategy(), real=known, use=st.booleans())
    def tried(case, real, use) -> None:
        if use:
            for name in case.path_parameters or {}:
                if name.endswith("_id"):
                    case.path_parameters[name] = real
        case.validate_response(_sent(client, case), checks=list(CHECKS))

    tried()
    return 1
