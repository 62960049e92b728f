"""What the service says of itself to programs."""

from __future__ import annotations

import json
from typing import Any

from starlette.testclient import TestClient

from search.answer import MAX_LIMIT, MAX_QUESTION, MODES


def test_openapi_states_bounds_examples_and_problems(client: TestClient) -> None:
    document: dict[str, Any] = client.get("/openapi.json").json()
    assert set(document["paths"]) == {
        *("/api/v1/search", "/api/v1/similar", "/api/v1/papers/{id}"),
        *("/api/v1/search/batch", "/api/v1/schema"),
        *("/api/papers/search", "/api/papers/{id}", "/papers/{id}.md", "/api/daily_papers"),
        *("/graph/v1/paper/search", "/graph/v1/paper/search/match", "/graph/v1/paper/batch"),
        *("/graph/v1/paper/{id}", "/recommendations/v1/papers"),
        "/recommendations/v1/papers/forpaper/{id}",
        *("/healthz", "/readyz", "/feed.atom"),
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
