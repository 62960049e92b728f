"""Many questions at once beside one by one: from Python, over HTTP, from the command line."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2

from search.engine import Engine
from tests.bench.compare import alone
from tests.bench.measures import ratio, seconds
from tests.bench.report import Cell, Table
from tests.bench.serving import PATIENCE_SECONDS, serving

ASKED = 1_000
PROCESSES = 10
"""Commands that are timed one by one: each takes most of a second."""
REACH = 3.0
"""Times as fast as one by one that many at once have to be."""


def measure(folder: Path, questions: Sequence[str]) -> Table:
    """Milliseconds a question, each way; no question is asked twice of one process."""
    many = questions[:ASKED]
    python = alone(_python, folder, many)
    with serving(folder) as (address, _):
        http = _http(address, many)
    rows = [
        _row("Python: `search`, `search_many`", *python),
        _row("HTTP: a request each, one request", *http),
        _row("command line: a command each, `--batch`", *_commands(folder, many)),
    ]
    return Table(
        f"{len(many):,} questions, one by one and at once",
        ("way", "one by one, ms each", "at once, ms each", "times as fast"),
        rows,
        (f"Reach: {REACH:g} times as fast. Ten whole results for each question.",),
    )


def _row(way: str, alone_ms: float, together_ms: float) -> tuple[Cell, ...]:
    return way, alone_ms, together_ms, ratio(alone_ms, together_ms)


def _each(ask: Callable[[str], object], questions: Sequence[str]) -> float:
    def ask_all() -> None:
        for question in questions:
            ask(question)

    return 1000 * seconds(ask_all) / len(questions)


def _together(ask_all: Callable[[], object], questions: Sequence[str]) -> float:
    return 1000 * seconds(ask_all) / len(questions)


def _python(folder: Path, questions: Sequence[str]) -> tuple[float, float]:
    with Engine.open(folder) as engine:
        engine.warm_up()
        one = _each(engine.search, questions)
    with Engine.open(folder) as engine:
        engine.warm_up()
        return one, _together(lambda: list(engine.search_many(questions)), questions)


def _http(address: str, questions: Sequence[str]) -> tuple[float, float]:
    with httpx2.Client(base_url=address, timeout=PATIENCE_SECONDS) as client:

        def ask(question: str) -> None:
            client.get("/api/v1/search", params={"q": question}).raise_for_status()

        def ask_all() -> None:
            asked = {"questions": list(questions)}
            client.post("/api/v1/search/batch", json=asked).raise_for_status()

        ask("warm-up")
        one = _each(ask, questions)
        # More questions lie between the same one's two times than vectors are remembered.
        return one, _together(ask_all, questions)


def _commands(folder: Path, questions: Sequence[str]) -> tuple[float, float]:
    start = [sys.executable, "-c", "from api.cli import main; main()", "search"]

    def command(*arguments: str) -> None:
        asked = [*start, "--index", str(folder), *arguments]
        subprocess.run(asked, check=True, capture_output=True)

    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("".join(f"{question}\n" for question in questions))
        file.flush()
        command(questions[0])
        one = _each(command, questions[:PROCESSES])
        return one, _together(lambda: command("--batch", file.name), questions)
