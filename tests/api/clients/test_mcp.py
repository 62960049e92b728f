"""``nearpaper mcp`` as the official SDK's own client meets it, over stdio and over HTTP."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from api.cli import run
from api.http.problems import tell
from api.mcp.papers import NOTICE
from api.mcp.server import make_server
from search.engine import Engine
from tests.conftest import MakeIndex

ROOT = Path(__file__).resolve().parents[3]
COMMAND = ["-m", "api.cli", "mcp", "--index"]


@pytest.fixture(scope="module")
def engine(daily_index: Path) -> Iterator[Engine]:
    with Engine.open(daily_index) as opened:
        yield opened


def ask(server: Any, tool: str, **arguments: Any) -> Any:
    """The result of one call in a session of its own."""

    async def call() -> Any:
        async with Client(server) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(call)


def told(engine: Engine, tool: str, **arguments: Any) -> dict[str, Any]:
    result = ask(make_server(engine), tool, **arguments)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content
    return content


def refused(engine: Engine, tool: str, **arguments: Any) -> str:
    result = ask(make_server(engine), tool, **arguments)
    assert result.is_error
    return str(result.content[0].text)


def test_tools_say_what_they_take_and_give(engine: Engine) -> None:
    async def list_tools() -> Any:
        async with Client(make_server(engine)) as client:
            return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in anyio.run(list_tools)}
    assert set(tools) == {"search_papers", "similar_papers", "get_paper"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert tool.output_schema["properties"]["notice"]
        assert "self" not in tool.input_schema["properties"]
    assert tools["search_papers"].input_schema["required"] == ["question"]


def test_agents_are_told_what_was_read_from_the_words(engine: Engine) -> None:
    question = "papers by Zoë Shared on speech since 2024"
    read = told(engine, "search_papers", question=question)
    assert read["understood"].endswith("from 2024; author Zoë Shared")
    literal = told(engine, "search_papers", question=question, literal=True)
    assert "author" not in literal["understood"]
    assert literal["total"] >= read["total"]


def test_answers_are_short_and_go_on_at_a_cursor(engine: Engine) -> None:
    first = told(engine, "search_papers", question="protein folding", abstract_characters=20)
    assert len(first["papers"]) == 5
    for paper in first["papers"]:
        assert len(paper["quoted_abstract"]) == 20
        assert paper["abstract_is_cut"]
    assert first["notice"] == NOTICE
    assert first["generation"] == engine.generation
    ids, cursor = [paper["id"] for paper in first["papers"]], first["next_cursor"]
    while cursor:
        page = told(engine, "search_papers", question="protein folding", limit=10, cursor=cursor)
        assert page["warnings"] == first["warnings"]
        ids += [paper["id"] for paper in page["papers"]]
        cursor = page["next_cursor"]
    assert len(ids) == len(set(ids)) == 29
    old = told(engine, "search_papers", question="protein folding", cursor="99:5")
    assert "has changed" in old["warnings"][0]


def test_each_cursor_is_answered(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("api.mcp.papers", "search.options"):
        monkeypatch.setattr(f"{part}.MAX_DEPTH", 25)
    cursor, pages = "", 0
    while pages == 0 or cursor:
        page = told(engine, "search_papers", question="protein folding", limit=10, cursor=cursor)
        cursor, pages = page["next_cursor"], pages + 1
    assert (pages, len(page["papers"])) == (2, 10)
    assert page["total"] > 25


def test_filters_and_neighbours(engine: Engine) -> None:
    found = told(engine, "search_papers", question="speech", category=["math"], after="2024-12-20")
    assert {int(paper["id"][-2:]) for paper in found["papers"]} == {20, 22, 24, 26, 28}
    old = told(engine, "search_papers", question="speech", categories=["math"], after="2024-12-20")
    assert old["papers"] == found["papers"]
    near = told(engine, "similar_papers", ids=["arXiv:2412.00006"], unlike=["2412.00007"])
    assert all("protein folding" in paper["quoted_title"] for paper in near["papers"])
    assert told(engine, "similar_papers", text="graph kernels", limit=1)["papers"]


def test_one_paper_is_whole(engine: Engine) -> None:
    paper = told(engine, "get_paper", id="10.1162/neco.1997.9.8.1735")
    assert paper["quoted_abstract"].endswith("$x < y$.")
    assert not paper["abstract_is_cut"]
    assert (paper["venue"], paper["date"]) == ("Neural Computation", "1997")


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_paper", {"id": "2412.99999"}, "look for its title with a search"),
        ("search_papers", {"question": " "}, "ask in plain words"),
        ("search_papers", {"question": "x", "cursor": "abc"}, "leave it out to start again"),
        ("search_papers", {"question": "x", "cursor": "1:99999"}, "at most 10000"),
        ("search_papers", {"question": "x", "after": "yesterday"}, "YYYY"),
        (
            "search_papers",
            {"question": "x", "limit": 51},
            "limit: must be 50 or less",
        ),
        ("search_papers", {"question": "x", "category": ["cs", 7]}, "category.1: "),
        ("search_papers", {"question": "x", "sort": "best"}, "'newest' or 'upvotes'"),
        (
            "search_papers",
            {"question": "x", "categoris": ["cs"]},
            "no option categoris; did you mean category?",
        ),
        ("search_papers", {"question": "x", "top_k": 3}, "did you mean limit?"),
        ("search_papers", {"query": "x"}, "no option query; did you mean question?"),
        ("search_papers", {"question": "x", "offset": 5}, "did you mean cursor?"),
        ("search_papers", {"question": "x", "cursor": ":5"}, "leave it out to start again"),
        (
            "search_papers",
            {"question": "x", "categories": ["cs"], "category": ["math"]},
            "categories is the old name of category; leave out categories",
        ),
        (
            "search_papers",
            {"question": "x", "author": ["a"], "authors": ["b"]},
            "authors is the old name of author; leave out authors",
        ),
        ("get_paper", {}, "id: must be given"),
        ("similar_papers", {}, "name a paper, or give a text"),
    ],
)
def test_errors_say_what_to_do(
    engine: Engine, tool: str, arguments: dict[str, Any], said: str
) -> None:
    told = refused(engine, tool, **arguments)
    assert said in told
    assert len(told.splitlines()) == 1


def test_over_standard_streams(daily_index: Path) -> None:
    server = StdioServerParameters(
        command=sys.executable,
        args=[*COMMAND, str(daily_index)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    result = ask(stdio_client(server), "search_papers", question="protein folding", limit=1)
    assert len(result.structured_content["papers"]) == 1


def test_over_http_no_folder_is_named(
    tmp_path: Path, make_index: MakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index = make_index([{"id": "a", "title": "About parsing"}])
    manifest = index / "manifest.json"
    lost = json.loads(manifest.read_text())
    lost["model"] |= {"name": str(tmp_path / "model"), "runtime": "openvino"}
    manifest.write_text(json.dumps(lost))
    with Engine.open(index) as engine:
        (own,) = told(engine, "search_papers", question="parsing")["warnings"]
        server = make_server(engine, tell=tell)
        result = ask(server, "search_papers", question="parsing")
        failed = ask(server, "search_papers", question="parsing", mode="dense")
        refusal = ask(server, "get_paper", id="b")
    (warning,) = result.structured_content["warnings"]
    assert warning.startswith("searched by words alone: ")
    assert str(tmp_path) in own  # over standard streams only their owner asks
    assert str(tmp_path) not in warning
    assert str(tmp_path) in caplog.text
    assert failed.content[0].text.endswith("the model can't be used; the server's log says more")
    assert refusal.content[0].text.endswith("look for its title with a search")


@pytest.mark.slow
def test_ctrl_c_ends_a_server_that_waits_for_input(daily_index: Path) -> None:
    hello = {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "a terminal", "version": "1"},
    }
    asked = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    with subprocess.Popen(
        [sys.executable, *COMMAND, str(daily_index)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            print(asked, file=process.stdin, flush=True)
            assert "nearpaper" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130
            assert process.stderr.read() == "nearpaper: stopped\n"
        finally:
            process.kill()


def test_over_streamable_http(daily_index: Path) -> None:
    with subprocess.Popen(
        [sys.executable, *COMMAND, str(daily_index), "--http", "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            found = re.search(r"http://\S+/mcp", process.stderr.readline())
            assert found
            result = ask(found[0], "get_paper", id="2412.00007")
            listening = httpx2.get(found[0], headers={"accept": "text/event-stream"})
        finally:
            process.kill()
    assert (listening.status_code, listening.headers["allow"]) == (405, "POST")
    assert result.structured_content["quoted_title"] == "On speech synthesis, part 7"


def test_without_the_extra_it_says_what_to_install(
    daily_index: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "api.mcp.server")
    for name in [name for name in sys.modules if name.split(".")[0] == "mcp"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert run(["mcp", "--index", str(daily_index)]) == 2
    assert "pip install 'nearpaper[mcp]'" in capfd.readouterr().err
