"""What the service says of itself to programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from search.limits import MAX_LIMIT, MAX_QUESTION
from search.options import MODES


def test_openapi_states_bounds_examples_and_problems(client: TestClient) -> None:
    document: dict[str, Any] = client.get("/openapi.json").json()
    assert set(document["paths"]) == {
        *("/api/v1/search", "/api/v1/similar", "/api/v1/papers/{id}"),
        *("/api/v1/search/batch", "/api/v1/schema"),
        *("/api/papers/search", "/api/papers/{id}", "/papers/{id}.md", "/api/daily_papers"),
        *("/graph/v1/paper/search", "/graph/v1/paper/search/match", "/graph/v1/paper/batch"),
        *("/graph/v1/paper/{id}", "/recommendations/v1/papers"),
        "/recommendations/v1/papers/forpaper/{id}",
        *("/api/v1/papers", "/api/v1/suggest"),
        *("/healthz", "/readyz", "/metrics", "/feed.atom"),
    }
    search = document["paths"]["/api/v1/search"]["get"]
    parameters = {parameter["name"]: parameter for parameter in search["parameters"]}
    assert parameters["q"]["schema"]["maxLength"] == MAX_QUESTION
    assert parameters["limit"]["schema"]["maximum"] == MAX_LIMIT
    assert parameters["mode"]["schema"]["enum"] == list(MODES)
    similar = document["paths"]["/api/v1/similar"]["get"]["parameters"]
    assert {"id", "not", "text"} < {parameter["name"] for parameter in similar}
    assert all(parameter["description"] for parameter in [*parameters.values(), *similar])
    assert "application/problem+json" in search["responses"]["422"]["content"]
    assert "HTTPValidationError" not in json.dumps(document)


def test_openapi_s_problems_are_those_of_their_status(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    seen = set()
    for operation in (one for methods in paths.values() for one in methods.values()):
        for status, response in operation["responses"].items():
            problem = response.get("content", {}).get("application/problem+json")
            if problem:
                example = problem["example"]
                assert str(example["status"])[: len(status.rstrip("X"))] == status.rstrip("X")
                seen.add((example["status"], example["type"].rpartition(":")[2]))
    assert {(404, "no-paper"), (422, "bad-request"), (400, "bad-request")} < seen
    assert {(503, "no-index"), (503, "not-ready")} < seen


@pytest.mark.parametrize(
    ("path", "status", "asked"),
    [
        ("/api/v1/search", "422", "/api/v1/search?q=x&limit=1001"),
        ("/api/v1/papers/{id}", "404", "/api/v1/papers/2412.99999"),
        ("/api/papers/{id}", "404", "/api/papers/2412.99999"),
        ("/api/daily_papers", "4XX", "/api/daily_papers?date=2024-01-01&month=2024-01"),
        ("/graph/v1/paper/search", "4XX", "/graph/v1/paper/search?query=x&year=19"),
        ("/feed.atom", "4XX", "/feed.atom"),
    ],
)
def test_openapi_s_problems_are_what_comes(
    client: TestClient, path: str, status: str, asked: str
) -> None:
    responses = client.get("/openapi.json").json()["paths"][path]["get"]["responses"]
    assert responses[status]["content"]["application/problem+json"]["example"] == (
        client.get(asked).json()
    )


def test_openapi_examples_have_the_keys_of_the_real_thing(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    def example(path: str) -> dict[str, Any]:
        content = paths[path]["get"]["responses"]["200"]["content"]
        found: dict[str, Any] = content["application/json"]["example"]
        return found

    answer = client.get("/api/v1/search?q=papers+about+speech+year:2024&limit=1&explain=1").json()
    assert list(example("/api/v1/search")) == list(answer)
    assert list(example("/api/v1/similar")) == list(answer)
    for part in ("understood", "facets"):
        assert list(example("/api/v1/search")[part]) == list(answer[part])
    shown, real = example("/api/v1/search")["results"][0], answer["results"][0]
    assert list(shown) == list(real)
    assert list(shown["why"]) == list(real["why"])
    paper = client.get("/api/v1/papers/2402.00001").json()
    assert list(example("/api/v1/papers/{id}")) == list(paper)
