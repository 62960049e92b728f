"""A server that answers while its index is brought to another model, and the run is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from indexer.batches import BATCH
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info, rebuild
from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.load import load_embedder
from indexer.pipeline import add
from indexer.progress import Estimate, Tally
from search.engine import Engine
from tests.serving import ROOT, serving

CLIENTS = 4
PAPERS = 2 * BATCH + 100
TOPICS = ("galaxies", "grammar", "proteins", "graphs", "weather")
QUESTION = "clusters of stars"
TAKEN_UP_WITHIN_SECONDS = 60.0
LONGEST_SECONDS = 10.0


@dataclass(frozen=True)
class Answered:
    """What came back, and after how long."""

    seconds: float
    answer: dict[str, Any]


class Counting:
    """Counts what is embedded."""

    embedded = 0

    def estimated(self, estimate: Estimate) -> None: ...

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        self.embedded = tally.embedded


def ask(address: str, done: threading.Event) -> list[Answered]:
    """The same question in two modes, again and again; a request that fails ends the test."""
    answers = []
    with httpx2.Client(timeout=60) as client:
        while not done.is_set():
            for mode in ("hybrid", "dense"):
                started = time.monotonic()
                response = client.get(
                    f"{address}/api/v1/search", params={"q": QUESTION, "limit": 10, "mode": mode}
                )
                assert response.status_code == 200, response.text
                answers.append(Answered(time.monotonic() - started, response.json()))
    return answers


def staged(index: Path) -> int:
    """How many papers have a vector of the next model."""
    with closing(sqlite3.connect(f"file:{index}/catalog.sqlite?mode=ro", uri=True)) as catalog:
        return int(catalog.execute("SELECT count(*) FROM next_vectors").fetchone()[0])


def killed_amid(index: Path) -> int:
    """Begin to change the model, and kill that when a batch is done; the papers that it did."""
    command = ["rebuild", "--embed", "--model", DEFAULT_MODEL, "--index", str(index)]
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", *command], env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as process:
        while process.poll() is None and not staged(index):
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return staged(index)


def taken_up(address: str, generation: int) -> dict[str, Any]:
    """The answer of the server when it has taken up what comes after a generation."""
    until = time.monotonic() + TAKEN_UP_WITHIN_SECONDS
    while time.monotonic() < until:
        params: dict[str, str | int] = {"q": QUESTION, "limit": 10, "mode": "dense"}
        answer = httpx2.get(f"{address}/api/v1/search", params=params, timeout=60).json()
        if answer["generation"] > generation:
            found: dict[str, Any] = answer
            return found
        time.sleep(0.05)
    raise AssertionError("the server goes on with the old model")


@pytest.mark.slow
def test_a_server_answers_while_the_model_is_changed(tmp_path: Path, figures: list[str]) -> None:
    source, index, done = tmp_path / "papers.jsonl", tmp_path / "index", threading.Event()
    texts = [f"{TOPICS[n % len(TOPICS)]} in depth, part {n}" for n in range(PAPERS)]
    records = [{"id": str(n), "title": text, "abstract": text} for n, text in enumerate(texts)]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(index, [str(source)], model="hashing")
    load_embedder(DEFAULT_MODEL)  # converting it is not what takes the time here
    counting = Counting()
    with serving(index) as (address, _), ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(ask, address, done) for _ in range(CLIENTS)]
        try:
            before = info(index)
            kept = killed_amid(index)
            assert info(index)["model"] == before["model"]
            after = rebuild(index, embed=True, model=DEFAULT_MODEL, listener=counting)
            last = taken_up(address, before["generation"])
        finally:
            done.set()
        answers = [answer for client in asking for answer in client.result()]
    assert BATCH <= kept < PAPERS
    assert counting.embedded == PAPERS - kept
    assert check(index) == []
    assert {one.answer["generation"] for one in answers} <= {before["generation"], after}
    # Hashing knows no stars among galaxies; that the model doesn't fit would be another warning.
    warned = {warning for one in answers for warning in one.answer["warnings"]}
    assert warned <= {"nothing in the index is close to this question"}
    assert all(len(one.answer["results"]) == 10 for one in answers)
    assert max(one.seconds for one in answers) < LONGEST_SECONDS
    assert all("galaxies" in result["title"] for result in last["results"])
    with Engine.open(index) as engine:
        fresh = engine.search(QUESTION, limit=10, mode="dense")
    assert [one["id"] for one in last["results"]] == [one.paper.id for one in fresh.results]
    figures.append(
        f"another model under {CLIENTS} clients: {len(answers):,} answers, none failed, the "
        f"longest after {max(one.seconds for one in answers):.2f} s; killed after {kept:,} of "
        f"{PAPERS:,} papers, and {counting.embedded:,} embedded by the second run"
    )
