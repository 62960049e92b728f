"""Many questions at once: ``--batch``, ``--fields``, ``/api/v1/search/batch``, the schema."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from api.field_selection import RESULT_FIELDS
from api.http.load.bodies import MAX_BODY
from indexer.errors import StorageError
from indexer.snapshot import Hits, Snapshot
from search.ranking import legs, retriever

Nearpaper = Callable[..., tuple[int, str, str]]
BATCH = "/api/v1/search/batch"


def test_every_line_gets_an_answer(nearpaper: Nearpaper, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("protein folding\n\n" + "x" * 30_000 + "\n2402.00001\n", encoding="utf-8")
    code, out, err = nearpaper("search", "--batch", str(file), "--limit", "2")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer.get("query") for answer in answers] == [
        "protein folding",
        None,
        None,
        "2402.00001",
    ]
    assert len(answers[0]["results"]) == 2
    assert (answers[1]["line"], answers[2]["line"]) == (2, 3)
    assert "empty" in answers[1]["error"]
    assert "at most 10000" in answers[2]["error"]
    assert err.count("\n") == 2
    alone = json.loads(nearpaper("search", "protein folding", "--limit", "2", "--json")[1])
    assert answers[0]["results"] == alone["results"]


def test_standard_input_is_read(nearpaper: Nearpaper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2402.00001\n2412.99999"))
    code, out, err = nearpaper("similar", "--batch", "-", "--fields", "id", "--limit", "3")
    first, second = map(json.loads, out.splitlines())
    assert code == 1
    assert len(first["results"]) == 3
    assert all(list(result) == ["id"] for result in first["results"])
    assert "facets" not in first
    assert "2412.99999" in second["error"]
    assert "line 2" in err


def test_lines_of_windows_are_lines(nearpaper: Nearpaper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("protein folding\r\n", newline=""))
    _, out, _ = nearpaper("search", "--batch", "-")
    assert json.loads(out)["query"] == "protein folding"


def test_a_closed_standard_input_is_one_line(
    nearpaper: Nearpaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    for command in (("search", "--batch", "-"), ("index", "-")):
        code, out, err = nearpaper(*command)
        assert (code, out) == (1, "")
        assert err == "nearpaper: standard input is closed; name a file\n"


def test_standard_input_may_hold_what_is_no_utf8(
    nearpaper: Nearpaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = io.TextIOWrapper(io.BytesIO("speech\ncafé zoë\n".encode("latin-1")), "ascii")
    monkeypatch.setattr("sys.stdin", lines)
    code, out, _ = nearpaper("search", "--batch", "-", "--fields", "id", "--limit", "1")
    assert code == 0
    assert [json.loads(line)["query"] for line in out.splitlines()] == [
        "speech",
        "caf\ufffd zo\ufffd",
    ]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fails whoever asks for "broken"."""

    def lexical_leg(snapshot: Snapshot, text: str) -> Hits:
        if text == "broken":
            raise StorageError("/home/ada/index: can't be read")
        return legs.lexical_leg(snapshot, text)

    monkeypatch.setattr(retriever, "lexical_leg", lexical_leg)


@pytest.mark.usefixtures("broken")
def test_an_item_that_fails_has_a_problem_document_in_its_place(client: TestClient) -> None:
    body: dict[str, Any] = {"questions": ["speech", "broken", "graphs"], "literal": True}
    response = client.post(BATCH, json={**body, "ids": ["2402.00001", "nothing"]})
    assert response.status_code == 200
    answers = response.json()["answers"]
    assert [one.get("status", one.get("query")) for one in answers] == [
        *("speech", 507, "graphs", "2402.00001", 404)
    ]
    assert "/home/ada" not in response.text
    # What fails at once may fail for all, and is the status of the answer.
    body["questions"].pop(0)
    response = client.post(BATCH, json=body)
    assert (response.status_code, response.json()["status"]) == (507, 507)


@pytest.mark.usefixtures("broken")
def test_a_line_that_fails_does_not_end_the_others(nearpaper: Nearpaper, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("speech\nbroken\ngraphs\n")
    code, out, err = nearpaper("search", "--batch", str(file), "--literal", "--fields", "id")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, len(lines)) == (1, 3)
    assert lines[1] == {"line": 2, "error": "/home/ada/index: can't be read"}
    assert err == "nearpaper: line 2: /home/ada/index: can't be read\n"
    file.write_text("broken\nspeech\n")
    code, out, err = nearpaper("search", "--batch", str(file), "--literal")
    assert (code, out, err) == (1, "", "nearpaper: /home/ada/index: can't be read\n")


def test_half_a_character_spoils_no_other_answer(client: TestClient) -> None:
    body = '{"questions": ["speech", "x \\ud83d"], "limit": 1}'
    response = client.post(BATCH, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200
    assert [answer["query"] for answer in response.json()["answers"]] == ["speech", "x ?"]


@pytest.mark.parametrize("form", ["--csv", "--table", "--bibtex"])
def test_another_format_than_lines_is_refused(nearpaper: Nearpaper, form: str) -> None:
    code, out, err = nearpaper("search", "--batch", "-", form)
    assert (code, out) == (2, "")
    assert f"leave out {form}" in err


def test_fields_are_chosen(nearpaper: Nearpaper) -> None:
    code, out, _ = nearpaper("search", "speech", "--limit", "2", "--fields", "score, id")
    assert code == 0
    assert [list(json.loads(line)) for line in out.splitlines()] == [["score", "id"]] * 2
    out = nearpaper("similar", "2402.00001", "--fields", "id", "--json")[1]
    assert list(json.loads(out)["results"][0]) == ["id"]


def test_chosen_fields_hide_no_warning(nearpaper: Nearpaper) -> None:
    for extra in ((), ("--json",)):
        _, out, err = nearpaper("search", "2412.99999", "--fields", "id", "--limit", "1", *extra)
        assert out
        assert "2412.99999 is not in the index" in err


def test_fields_of_one_paper_are_chosen(nearpaper: Nearpaper, client: TestClient) -> None:
    code, out, _ = nearpaper("show", "2402.00001", "--fields", "title, id")
    assert code == 0
    assert list(json.loads(out)) == ["title", "id"]
    paper = client.get("/api/v1/papers/2402.00001?fields=title,+id")
    assert (paper.status_code, paper.json()) == (200, json.loads(out))
    # A paper by itself has no rank and no score.
    code, out, err = nearpaper("show", "2402.00001", "--fields", "id,score")
    assert (code, out) == (2, "")
    assert "no field score; choose from id, title" in err
    assert client.get("/api/v1/papers/2402.00001?fields=score").status_code == 422
    assert client.get("/api/v1/papers/2402.00001?fields=id&format=ris").status_code == 422


@pytest.mark.parametrize("path", ["search?q=speech", "similar?id=2402.00001"])
def test_fields_are_chosen_over_http(client: TestClient, path: str) -> None:
    whole = client.get(f"/api/v1/{path}&limit=3").json()
    answer = client.get(f"/api/v1/{path}&limit=3&fields=score,+id").json()
    assert list(answer) == [key for key in whole if key != "facets"]
    assert [list(result.items()) for result in answer["results"]] == [
        [("score", result["score"]), ("id", result["id"])] for result in whole["results"]
    ]
    assert client.get(f"/api/v1/{path}&fields=").json().keys() == whole.keys()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("fields=colour", "no field colour; choose from rank, id"),
        ("fields=id&format=bibtex", "leave out one"),
        (f"fields={'x' * 501}", "500"),
    ],
)
def test_fields_that_make_no_sense_are_problems(client: TestClient, query: str, said: str) -> None:
    response = client.get(f"/api/v1/search?q=speech&{query}")
    assert response.status_code == 422
    assert said in response.json()["detail"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "speech", "--fields", "colour"], "no field colour; choose from rank, id"),
        (["search", "speech", "--fields", "id", "--bibtex"], "leave out one"),
        (["search", "--batch", "/nowhere/questions.txt"], "No such file"),
        (["search", "speech", "--batch", "-"], "put the questions in the file alone"),
        (["similar", "2402.00001", "--batch", "-"], "put the ids in the file alone"),
        (["search"], "the question is empty"),
    ],
)
def test_mistakes_are_one_line(nearpaper: Nearpaper, arguments: list[str], said: str) -> None:
    code, out, err = nearpaper(*arguments)
    assert code in (1, 2)
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_one_request_answers_questions_and_ids(client: TestClient) -> None:
    asked = {"questions": ["protein folding", " "], "ids": ["2402.00001", "2412.99999"]}
    response = client.post(f"{BATCH}?limit=2&category=math", json=asked)
    first, empty, near, missing = response.json()["answers"]
    search = client.get("/api/v1/search?limit=2&category=math&q=protein+folding").json()
    similar = client.get("/api/v1/similar?limit=2&category=math&id=2402.00001").json()
    for ours, theirs in ((first, search), (near, similar)):
        assert {**ours, "took_ms": 0} == {**theirs, "took_ms": 0}
    assert (empty["status"], missing["status"]) == (422, 404)
    assert missing["type"] == "urn:nearpaper:problem:no-paper"
    narrow = client.post(f"{BATCH}?fields=id,score", json={"questions": ["speech"]}).json()
    assert list(narrow["answers"][0]["results"][0]) == ["id", "score"]


@pytest.mark.parametrize(
    ("parameters", "body"),
    [
        ("", {}),
        ("", {"questions": ["x"] * 1_001}),
        ("", {"questions": ["x"] * 501, "ids": ["2402.00001"] * 500}),
        ("limit=100", {"questions": ["x"] * 201}),
        ("explain=true", {"questions": ["x"]}),
        ("fields=colour", {"questions": ["x"]}),
        ("limit=0", {"questions": ["x"]}),
        ("", {"ids": ["x" * 501]}),
        ("", {"questions": "x"}),
    ],
)
def test_requests_are_bounded(client: TestClient, parameters: str, body: dict[str, Any]) -> None:
    response = client.post(f"{BATCH}?{parameters}", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert "\n" not in response.json()["detail"]


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        ('{"questions": ["x"', JSON, 422, "body: not JSON (at character 18)"),
        ('{"questions": [1]}', JSON, 422, "questions.0: must be text"),
        ('{"ids": ["x", {}]}', JSON, 422, "ids.1: must be text"),
        ("[]", JSON, 422, "body: must be a JSON object"),
        ("", JSON, 422, "body: must be a JSON object"),
        (
            '{"questions": ["x"]}',
            {"content-type": "application/x-www-form-urlencoded"},
            422,
            "body: must be a JSON object, sent with Content-Type: application/json",
        ),
        (b'{"questions": ["\xe9"]}', JSON, 400, "send JSON in UTF-8"),
        ('{"ids": ' + "[" * 100_000, JSON, 400, "not deeply nested"),
        (" " * MAX_BODY + "{}", JSON, 413, "at most 4 MiB; send several requests"),
    ],
)
def test_what_is_wrong_with_a_body_is_said(
    client: TestClient, body: str | bytes, headers: dict[str, str], status: int, said: str
) -> None:
    response = client.post(BATCH, content=body, headers=headers)
    problem = response.json()
    assert (response.status_code, problem["status"]) == (status, status)
    assert said in problem["detail"]
    assert "/docs" not in problem["detail"]


def test_an_element_of_a_list_is_named(client: TestClient) -> None:
    long = "x" * 501
    detail = client.get(f"/api/v1/search?q=x&category=cs&category={long}").json()["detail"]
    assert detail.startswith("category.1: ")


def test_answers_keep_to_the_published_schema(client: TestClient, nearpaper: Nearpaper) -> None:
    schema = client.get("/api/v1/schema").json()
    assert schema["$id"] == "urn:nearpaper:schema:answer:1"
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    whole = json.loads(nearpaper("search", "speech", "--explain", "--json")[1])
    validator.validate(whole)
    assert list(whole["results"][0]) == list(RESULT_FIELDS)
    del whole["results"][0]["title"]
    assert not validator.is_valid(whole)


def test_papers_are_exported(nearpaper: Nearpaper, tmp_path: Path) -> None:
    target = tmp_path / "papers.parquet"
    code, out, err = nearpaper("export", str(target))
    assert (code, out) == (0, "")
    assert err == f"nearpaper: 32 papers with their vectors written to {target}\n"
    assert pq.read_table(target).num_rows == 32
