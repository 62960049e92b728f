"""``/api/v1/papers`` and ``/api/v1/suggest``."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

IDS = ["2402.00001", "2403.00002", "nothing like it", "arXiv:2404.00003v2"]
HELD = ["2402.00001", "2403.00002", "2404.00003"]


def test_papers_by_their_ids(client: TestClient) -> None:
    by_address = client.get("/api/v1/papers", params={"id": IDS}).json()
    assert [paper and paper["id"] for paper in by_address] == [*HELD[:2], None, HELD[2]]
    assert client.post("/api/v1/papers", json={"ids": IDS}).json() == by_address


@pytest.mark.parametrize(("format", "sign"), [("bibtex", "@misc{"), ("ris", "TY  - ")])
def test_papers_for_other_programs(client: TestClient, format: str, sign: str) -> None:
    asked = {"ids": [*IDS, IDS[0]], "format": format}
    answer = client.post("/api/v1/papers", json=asked)
    assert answer.text.count(sign) == len(HELD)
    assert answer.headers["content-disposition"].startswith("attachment")
    address = client.get("/api/v1/papers", params={"id": IDS, "format": format})
    assert address.text == answer.text


def test_what_is_wrong_is_said(client: TestClient) -> None:
    none = client.post("/api/v1/papers", json={"ids": ["nothing"], "format": "ris"})
    assert none.status_code == 404
    assert client.post("/api/v1/papers", json={"ids": ["x"] * 1001}).status_code == 422
    assert client.post("/api/v1/papers", json={"ids": []}).status_code == 422
    assert client.get("/api/v1/papers?ids=x").status_code == 422
    assert client.get("/api/v1/papers").json() == []


def test_suggestions(client: TestClient) -> None:
    answer = client.get("/api/v1/suggest", params={"q": "on graph kern"})
    assert "max-age" in answer.headers["cache-control"]
    found = answer.json()
    assert found["query"] == "on graph kern"
    assert {one["kind"] for one in found["suggestions"]} == {"title"}
    assert all(one["text"].startswith("On graph kernels") for one in found["suggestions"])
    assert client.get("/api/v1/suggest?q=au:zo%C3%AB").json()["suggestions"] == [
        {
            "kind": "author",
            "text": "Zoë Shared",
            "question": 'au:"Zoë Shared"',
            "papers": 30,
            "id": "",
        }
    ]
    assert client.get("/api/v1/suggest").json()["suggestions"] == []
    assert client.get("/api/v1/suggest?query=x").status_code == 422
