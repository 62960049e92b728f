from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.pipeline import add
from search.engine import Engine

Nearpaper = Callable[..., tuple[int, str, str]]
PROBLEM = {"type", "title", "status", "detail", "instance"}


class Backwards:
    """A reranker that turns every order round."""

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.arange(len(texts), dtype=np.float32)


def test_search(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=sparse+attention&limit=2").json()
    assert [result["rank"] for result in answer["results"]] == [1, 2]
    assert "sparse attention" in answer["results"][0]["title"]


def test_an_answer_is_the_same_as_on_the_command_line(
    folder_client: TestClient, nearpaper: Nearpaper
) -> None:
    over_http = folder_client.get(
        "/api/v1/search", params={"q": "speech", "category": ["cs", "math"]}
    )
    _, out, _ = nearpaper("search", "speech", "--category", "cs", "--category", "math", "--json")
    answers = [over_http.json(), json.loads(out)]
    for answer in answers:
        del answer["took_ms"]
    assert answers[0] == answers[1]
    assert list(answers[0]["results"][0]) == list(answers[1]["results"][0])


def test_filters_and_pages(client: TestClient) -> None:
    def page(offset: int) -> list[str]:
        params: dict[str, str | int] = {
            "q": "graph",
            "category": "math.OC",
            "limit": 4,
            "offset": offset,
        }
        results = client.get("/api/v1/search", params=params).json()["results"]
        assert all(result["categories"] == ["math.OC"] for result in results)
        return [result["id"] for result in results]

    ids = [id for offset in range(0, 20, 4) for id in page(offset)]
    assert len(ids) == len(set(ids)) == 15


def test_empty_fields_of_a_form_mean_any(client: TestClient) -> None:
    plain = client.get("/api/v1/search?q=speech").json()
    form = client.get("/api/v1/search?q=speech&after=&before=&category=&author=&venue=").json()
    assert form["total"] == plain["total"] == 32
    for name in ("limit", "offset", "min_score", "mode", "sort", "format", "explain"):
        assert client.get(f"/api/v1/search?q=speech&{name}=").status_code == 422, name


def test_similar(client: TestClient) -> None:
    params: dict[str, list[str] | int] = {"id": ["2402.00001", "2407.00006v2"], "limit": 100}
    answer = client.get("/api/v1/similar", params=params).json()
    ids = {result["id"] for result in answer["results"]}
    assert len(ids) == 30
    assert not ids & {"2402.00001", "2407.00006"}


def test_similar_to_a_text_and_unlike_a_paper(client: TestClient) -> None:
    params = {"text": "We study graph kernels", "not": "2402.00001", "id": ""}
    answer = client.get("/api/v1/similar", params=params).json()
    assert answer["understood"]["text"] == "We study graph kernels"
    assert answer["understood"]["unlike"] == ["2402.00001"]
    assert "graph kernels" in answer["results"][0]["title"]
    assert "2402.00001" not in {result["id"] for result in answer["results"]}


def test_modes_and_least_scores(client: TestClient) -> None:
    def search(**params: str) -> dict[str, Any]:
        answer: dict[str, Any] = client.get(
            "/api/v1/search", params={"q": "graph kernels", "limit": "100", **params}
        ).json()
        return answer

    assert search(mode="lexical")["total"] == len(search(mode="lexical")["results"]) == 6
    assert search(mode="dense")["total"] == 32
    scores = [result["score"] for result in search(min_score="0.5")["results"]]
    assert 0 < len(scores) < 32
    assert min(scores) >= 0.5


def test_reasons_when_asked(client: TestClient) -> None:
    result = client.get("/api/v1/search?q=graph+kernels&limit=1&explain=true").json()["results"][0]
    why = result["why"]
    assert why["words"] == ["graph", "kernels"]
    marked = [result["title"][first:last] for first, last in why["highlights"]["title"]]
    assert marked == ["graph", "kernels"]
    plain = client.get("/api/v1/search?q=graph+kernels&limit=1").json()["results"][0]
    assert plain["why"] == {}


def test_facets_count_what_passes(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=cat:cs").json()
    assert answer["facets"]["category"] == {"cs.CL": 15, "cs.CR": 1}
    assert list(answer["facets"]) == ["year", "category", "author", "venue"]


def test_facets_of_a_question_count_what_is_close(client: TestClient) -> None:
    answer = client.get("/api/v1/search?q=graph+kernels&limit=100").json()
    assert 0 < answer["close"] < answer["total"] == 32
    close = [result for result in answer["results"] if result["close"]]
    assert close == answer["results"][: answer["close"]]
    counted = sum(answer["facets"]["year"].values())
    assert counted == sum(result["date"] is not None for result in close)


def test_a_service_with_a_reranker_uses_it_when_asked(engine: Engine) -> None:
    address = "/api/v1/search?q=graph+kernels&limit=32"
    with TestClient(create_app(engine=engine, reranker=Backwards())) as client:
        plain = [result["id"] for result in client.get(address).json()["results"]]
        other = [result["id"] for result in client.get(address + "&rerank=1").json()["results"]]
    assert other == plain[::-1]


@pytest.mark.parametrize(
    "written", ["hep-th/9901001", "hep-th%2F9901001", "https://arxiv.org/abs/hep-th/9901001v1"]
)
def test_a_paper_by_its_id_however_written(client: TestClient, written: str) -> None:
    paper = client.get(f"/api/v1/papers/{written}").json()
    assert paper["title"] == "Strings of old"
    assert paper["abstract"] is None
    assert paper["authors"] == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/search", 422),
        ("/api/v1/search?q=", 422),
        ("/api/v1/search?q=%20%09", 422),
        ("/api/v1/search?q=" + "x" * 50_000, 422),
        ("/api/v1/search?q=x&limit=0", 422),
        ("/api/v1/search?q=x&limit=1000000", 422),
        ("/api/v1/search?q=x&limit=ten", 422),
        ("/api/v1/search?q=x&offset=-1", 422),
        ("/api/v1/search?q=x&offset=9995", 422),
        ("/api/v1/search?q=x&after=soon", 422),
        ("/api/v1/search?q=x&before=2024-13", 422),
        ("/api/v1/search?q=x&sort=colour", 422),
        ("/api/v1/search?q=x" + "&category=cs" * 1000, 422),
        ("/api/v1/search?q=x&mode=magic", 422),
        ("/api/v1/search?q=x&min_score=1.5", 422),
        ("/api/v1/search?q=x&min_score=nan", 422),
        ("/api/v1/search?q=x&explain=1&limit=101", 422),
        ("/api/v1/search?q=x&rerank=1", 422),
        ("/api/v1/similar", 422),
        ("/api/v1/similar?not=2402.00001", 422),
        ("/api/v1/similar?text=%20", 422),
        ("/api/v1/similar?text=" + "x" * 50_000, 422),
        ("/api/v1/similar?id=2402.00001" + "&not=2407.00006" * 1000, 422),
        ("/api/v1/similar?id=2402.00001&not=2499.99999", 404),
        ("/api/v1/similar?id=2499.99999", 404),
        ("/api/v1/papers/2499.99999", 404),
        ("/api/v1/nothing", 404),
        ("/nothing", 404),
        ("/static/../app.py", 404),
        ("/static/%2e%2e/render.py", 404),
    ],
)
def test_bad_requests_get_a_problem_document(client: TestClient, address: str, status: int) -> None:
    response = client.get(address)
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert problem.keys() == PROBLEM
    assert problem["type"].startswith("urn:nearpaper:problem:")
    assert problem["detail"]
    assert "\n" not in problem["detail"]
    assert len(problem["detail"]) < 700


@pytest.mark.parametrize(
    "address", ["/", "/feed.atom?q=speech", "/papers/absent", "/static/style.css", "/healthz"]
)
def test_head_answers_as_get_without_the_body(client: TestClient, address: str) -> None:
    headers = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}  # comes back
    head, whole = client.head(address, headers=headers), client.get(address, headers=headers)
    assert head.content == b""
    assert whole.content
    assert (head.status_code, head.headers) == (whole.status_code, whole.headers)


def test_a_wrong_method_is_a_problem_that_names_the_right_one(client: TestClient) -> None:
    response = client.post("/api/v1/search")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert client.head("/api/v1/search/batch").headers["allow"] == "POST"
    assert response.json()["type"] == "urn:nearpaper:problem:method-not-allowed"


def test_a_fault_of_ours_tells_nothing_of_the_inside(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    with TestClient(create_app(engine=engine), raise_server_exceptions=False) as client:
        while client.get("/readyz").status_code == 503:
            pass
        monkeypatch.setattr(Engine, "search", fail)
        response = client.get("/api/v1/search?q=x")
    assert response.status_code == 500
    assert response.json().keys() == PROBLEM
    assert "secret" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert ready.status_code in (200, 503)  # 503 while the warm-up still runs
    while ready.status_code == 503:
        assert ready.json()["type"] == "urn:nearpaper:problem:not-ready"
        ready = client.get("/readyz")
    assert ready.json()["papers"] == 32


def test_a_service_without_an_index_lives_says_so_and_takes_one_up(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with TestClient(create_app(folder)) as client:
        assert client.get("/healthz").status_code == 200
        for address in ("/readyz", "/api/v1/search?q=x"):
            response = client.get(address)
            assert response.status_code == 503
            assert response.json()["type"] == "urn:nearpaper:problem:no-index"
        assert client.get("/", headers={"accept": "text/html"}).status_code == 503
        source = tmp_path / "one.jsonl"
        source.write_text('{"id": "2401.00001", "title": "The only paper"}\n', encoding="utf-8")
        add(folder, [str(source)], model="hashing")
        while (ready := client.get("/readyz")).status_code == 503:
            pass  # a probe isn't kept waiting: it may be told what was so a moment ago
        assert ready.json()["papers"] == 1
        assert client.get("/api/v1/search?q=x").json()["total"] == 1


def test_every_response_carries_the_security_headers(client: TestClient) -> None:
    for address in (
        "/",
        "/docs",
        "/healthz",
        "/api/v1/search?q=x",
        "/nothing",
        "/static/style.css",
    ):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
