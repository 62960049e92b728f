"""Under ``/api/v1`` what nobody knows is refused; elsewhere it is passed over."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

BATCH = "/api/v1/search/batch"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/api/v1/search?q=speech&top_k=3", "no option top_k; did you mean limit?"),
        ("/api/v1/search?query=speech", "no option query; did you mean q?"),
        ("/api/v1/search?q=speech&catgory=cs", "no option catgory; did you mean category?"),
        ("/api/v1/search?q=speech&%1b%0a=1", "no option"),
        ("/api/v1/search?q=speech&colour=red", "no option colour; there are q, mode, after"),
        ("/api/v1/similar?id=2402.00001&unlike=x", "no option unlike; did you mean not?"),
        ("/api/v1/similar?id=2402.00001&page_size=5", "did you mean limit?"),
        ("/api/v1/papers/2402.00001?select=id", "no option select; did you mean fields?"),
        ("/api/v1/schema?pretty=1", "no option pretty; there are none"),
    ],
)
def test_an_unknown_parameter_is_refused(client: TestClient, address: str, said: str) -> None:
    response = client.get(address)
    problem = response.json()
    assert (response.status_code, problem["status"]) == (422, 422)
    assert response.headers["content-type"] == "application/problem+json"
    assert said in problem["detail"]
    assert problem["detail"].isprintable()


@pytest.mark.parametrize(
    ("address", "body", "said"),
    [
        (BATCH, {"questions": ["x"], "top_k": 3}, "no option top_k; did you mean limit?"),
        (BATCH, {"question": ["x"]}, "no option question; did you mean questions?"),
        (BATCH + "?top_k=3", {"questions": ["x"]}, "no option top_k; did you mean limit?"),
        (BATCH, {"questions": ["x"], "limit": 0}, "limit: must be 1 or more"),
        (BATCH, {"questions": ["x"], "explain": True}, "not in a batch"),
        (BATCH, {"questions": ["x"], "category": "cs"}, "category: must be a list"),
        (BATCH, {"questions": ["x"], "filters": {"after": "2020"}}, "no option filters; "),
        (BATCH, {"questions": ["x"], "fields": "colour"}, "no field colour"),
    ],
)
def test_an_unknown_field_of_a_body_is_refused(
    client: TestClient, address: str, body: dict[str, Any], said: str
) -> None:
    response = client.post(address, json=body)
    assert response.status_code == 422
    assert said in response.json()["detail"]


def test_options_count_in_a_body_and_before_those_of_the_address(client: TestClient) -> None:
    body = {"questions": ["speech"], "limit": 2, "category": ["math"], "fields": "id"}
    (answer,) = client.post(f"{BATCH}?limit=5&sort=newest", json=body).json()["answers"]
    wanted = client.get("/api/v1/search?q=speech&limit=2&category=math&sort=newest&fields=id")
    assert {**answer, "took_ms": 0} == {**wanted.json(), "took_ms": 0}
    assert len(answer["results"]) == 2


@pytest.mark.parametrize(
    "address",
    [
        "/?q=speech&utm_source=mail",
        "/?utm_source=mail",
        "/daily?utm_source=mail",
        "/trending?utm_source=mail",
        "/papers/2402.00001?utm_source=mail",
        "/papers/2402.00001.md?utm_source=mail",
        "/feed.atom?q=speech&utm_source=mail",
        "/api/papers/search?q=speech&expand=1",
        "/api/daily_papers?expand=1",
        "/graph/v1/paper/search?query=speech&sort=paperId",
        "/healthz?verbose=1",
    ],
)
def test_pages_feeds_and_other_services_shapes_pass_it_over(
    client: TestClient, address: str
) -> None:
    plain = client.get(address.replace("utm_source=mail", ""))
    response = client.get(address)
    assert response.status_code == plain.status_code == 200


def test_what_would_change_the_answer_is_refused_there_too(client: TestClient) -> None:
    for address in (
        "/graph/v1/paper/search?query=speech&minCitationCount=5",
        "/api/daily_papers?submitter=somebody",
    ):
        assert client.get(address).status_code == 400


def test_the_openapi_document_says_so(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/api/v1/search", BATCH):
        for operation in paths[path].values():
            assert "unknown" in operation["responses"]["422"]["description"]
