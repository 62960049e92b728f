"""All that works on an index in a folder works on a cluster, and says the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import pytest
from mcp import Client
from starlette.testclient import TestClient

from api.cli import run
from api.http.app import create_app
from api.mcp.server import make_server
from indexer.opensearch.address import Address
from indexer.opensearch.records.head import read_head
from indexer.opensearch.requests.client import Cluster
from search.engine import Engine
from tests.cluster.stores import new_address, new_store, remove_all

pytestmark = pytest.mark.cluster

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "papers.jsonl"
ID = "1706.03762"
TWO = Path("two.jsonl")
ASKED = {
    "search": ["search", "attention is all you need", "--json"],
    "search, lexical": ["search", "graph neural networks", "--mode", "lexical", "--json"],
    "search, dense": ["search", "colliding black holes", "--mode", "dense", "--json"],
    "search, second page": ["search", "learning", "--offset", "10", "--limit", "5", "--json"],
    "search, filters": ["search", "learning", "--after", "2016", "--category", "cs", "--json"],
    "search, an author": ["search", "au:hinton", "--json"],
    "search, a phrase": ["search", '"neural networks" -image', "--json"],
    "search, newest": ["search", "attention", "--sort", "newest", "--json"],
    "search, a title": ["search", "attention is all you ned", "--json"],
    "search, an id": ["search", ID, "--json"],
    "search, explained": ["search", "deep residual learning", "--explain", "--json"],
    "search --batch": ["search", "--batch", "two.jsonl"],
    "similar": ["similar", ID, "--json"],
    "similar, unlike": ["similar", ID, "--not", "1512.03385", "--json"],
    "similar, a text": ["similar", "--text", "ripples of spacetime", "--json"],
    "show": ["show", ID, "--json"],
    "show, BibTeX": ["show", ID, "--bibtex"],
    "map": ["map", "--output", "map.html"],
    "export": ["export", "all.parquet"],
    "check": ["check"],
    "missing": ["show", "0000.00000"],
}
_OWN = {"harvested", "took_ms", "generation"}
_HARVESTED = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\S*")
_PASSING = re.compile(r"in [\d,.]+ m?s|[\d.]+ (?:ms|min|s)\b")


class Both(NamedTuple):
    """The same papers in a folder and on a cluster."""

    folder: Path
    address: Address


@pytest.fixture(scope="module")
def both(
    hosts: tuple[tuple[str, int], ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    """The sample papers, indexed by the command, and some of them again."""
    found = Both(tmp_path_factory.mktemp("both") / "index", new_address(hosts))
    with ExitStack() as stack:
        stack.callback(remove_all, found.address)
        for index in found:
            assert run(["index", str(SAMPLE), "--model", "hashing", "--index", str(index)]) == 0
        yield found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    monkeypatch.chdir(tmp_path)
    TWO.write_text('{"question": "graphs"}\n{"question": "black holes", "limit": 2}\n')
    return tmp_path


def said(command: list[str], index: object, capfd: pytest.CaptureFixture[str]) -> Any:
    """Exit code, output and messages, but for times and the index's name."""
    code = run([*command, "--index", str(index)])
    out, err = capfd.readouterr()
    err = _PASSING.sub("…", err.replace(str(index), "INDEX"))
    return code, [_lasting(line) for line in out.splitlines()], err


def _lasting(line: str) -> Any:
    try:
        return _same(json.loads(line))
    except ValueError:
        return line


def _same(told: Any) -> Any:
    """Without times, and numbers but for rounding."""
    match told:
        case dict():
            return {name: _same(value) for name, value in told.items() if name not in _OWN}
        case list():
            return [_same(value) for value in told]
        case float():
            return round(told, 4)
    return told


@pytest.mark.parametrize("command", ASKED.values(), ids=ASKED)
def test_an_answer_is_the_same(
    both: Both, here: Path, command: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    in_folder, on_cluster = (said(command, index, capfd) for index in both)
    assert on_cluster == in_folder


PATHS = (
    *("/", "/?q=graph+kernels", "/?q=attention&page=2", f"/?similar={ID}", f"/papers/{ID}"),
    *("/daily", "/trending", "/healthz", f"/papers/{ID}.md", "/api/papers/search?q=attention"),
    *("/api/daily_papers", f"/api/v1/papers/{ID}", "/api/v1/search?q=learning&offset=20"),
    *("/graph/v1/paper/search?query=attention&fields=title", f"/graph/v1/paper/{ID}"),
    *(f"/recommendations/v1/papers/forpaper/{ID}", "/api/v1/search?q=x&limit=2000"),
)


@pytest.fixture(scope="module")
def clients(both: Both) -> Iterator[list[TestClient]]:
    """A service over each of the two."""
    with ExitStack() as stack:
        yield [stack.enter_context(TestClient(create_app(index))) for index in both]


@pytest.mark.parametrize("path", PATHS)
def test_a_service_answers_the_same(both: Both, clients: list[TestClient], path: str) -> None:
    answers = [client.get(path) for client in clients]
    ours, theirs = (
        [_same_text(line, str(index)) for line in answer.text.splitlines()]
        for answer, index in zip(answers, both, strict=True)
    )
    assert answers[0].status_code == answers[1].status_code
    assert theirs == ours


def _same_text(line: str, index: str) -> Any:
    told = _lasting(line.replace(index, "INDEX"))
    return _PASSING.sub("…", _HARVESTED.sub("", told)) if isinstance(told, str) else told


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("search_papers", {"question": "graph kernels", "limit": 5}),
        ("similar_papers", {"ids": [ID]}),
        ("get_paper", {"id": ID}),
    ],
)
def test_an_agent_is_told_the_same(both: Both, tool: str, arguments: dict[str, Any]) -> None:
    told = []
    for index in both:
        with Engine.open(str(index)) as engine:
            told.append(_same(asked_by_agent(make_server(engine), tool, arguments)))
    assert told[0] == told[1]


def asked_by_agent(server: Any, tool: str, arguments: dict[str, Any]) -> Any:
    """What a call of a tool gives."""

    async def call() -> Any:
        async with Client(server) as client:
            return await client.call_tool(tool, arguments)

    result = anyio.run(call)
    assert not result.is_error, result.content
    return result.structured_content


def test_changes_and_upkeep(both: Both, here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Path("new.jsonl").write_text(
        '{"id": "2601.00009", "title": "Graph kernels anew", "date": "2026-01-02"}\n'
    )
    for place in "ab":  # what was told is noted beside the file
        Path(place).mkdir()
        Path(place, "s.toml").write_text('[[search]]\nname = "g"\nquestion = "graph kernels"\n')
    digest = ["digest", "--searches", "s.toml"]
    for command in (
        digest,
        ["index", "new.jsonl"],
        digest,
        digest,
        ["remove", ID, "0000.00000"],
        ["compact"],
        ["check"],
        ["rebuild"],
        ["check"],
        ["rebuild", "--embed"],
        ["search", "attention", "--limit", "99", "--json"],
        ["remove", "--source", "new"],
        ["show", "2601.00009"],
    ):
        capfd.readouterr()
        (code, out, err), (their_code, their_out, their_err) = (
            said(
                [f"{place}/{part}" if part == "s.toml" else part for part in command], index, capfd
            )
            for place, index in zip("ab", both, strict=True)
        )
        assert (their_code, their_out) == (code, out), command
        if "rebuilt" not in err and "compacted" not in err:  # these tell generations
            assert their_err.replace("b/", "a/") == err, command


def test_evaluation(
    hosts: tuple[tuple[str, int], ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    records = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    (tmp_path / "corpus.jsonl").write_text(SAMPLE.read_text(encoding="utf-8"), encoding="utf-8")
    asked = [(str(number), record) for number, record in enumerate(records[:20])]
    (tmp_path / "queries.jsonl").write_text(
        "".join(f"{json.dumps({'id': id, 'text': one['abstract'][:80]})}\n" for id, one in asked)
    )
    (tmp_path / "qrels.tsv").write_text("".join(f"{id}\t{one['id']}\t1\n" for id, one in asked))
    address = new_address(hosts)
    command = ["evaluate", str(tmp_path), "--model", "hashing", "--json"]
    told = []
    for more in ([], ["--index", str(address)]):
        assert run([*command, *more]) == 0
        out = capfd.readouterr().out.splitlines()
        told.append([{**json.loads(line), "p50_ms": 0, "p95_ms": 0} for line in out])
    assert told[0] == told[1]
    left = Cluster(address).call("GET", f"/{address.name}*/_alias")
    assert not left  # what was copied is gone


def test_check_finds_what_is_wrong(
    hosts: tuple[tuple[str, int], ...], capfd: pytest.CaptureFixture[str]
) -> None:
    with new_store(hosts) as store:
        index, cluster = str(store.address), store.cluster
        assert run(["index", str(SAMPLE), "--model", "hashing", "--index", index]) == 0
        papers = read_head(cluster).head.index
        capfd.readouterr()
        cluster.write("DELETE", f"/{papers}/_alias/{store.address.name}")
        assert run(["check", "--index", index]) == 1
        assert "alias" in capfd.readouterr().out
        assert run(["rebuild", "--index", index]) == 0
        assert run(["check", "--index", index]) == 0
        papers = read_head(cluster).head.index
        cluster.write("POST", f"/{papers}/_delete_by_query", {"query": {"term": {"row": 5}}})
        cluster.write("POST", f"/{papers}/_update/7", {"doc": {"title": "other words"}})
        cluster.write("POST", f"/{papers}/_refresh")
        capfd.readouterr()
        assert run(["check", "--index", index]) == 1
        out, _ = capfd.readouterr()
        assert "201 are there where 202 were published" in out
        assert "title isn't what was made" in out
