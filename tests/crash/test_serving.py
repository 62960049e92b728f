"""A server that answers over HTTP while its index changes."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import httpx2
import pytest

from indexer.maintenance.upkeep import compact, remove
from indexer.pipeline import add
from tests.serving import serving

CLIENTS = 16
PAPERS = 60
SEEN_WITHIN_SECONDS = 2.0


@dataclass(frozen=True)
class Answered:
    """When a question was asked, and what came back."""

    asked: float
    generation: int
    ids: frozenset[str]


@dataclass
class History:
    """Which papers each generation holds, and when it was there."""

    index: Path
    held: dict[int, frozenset[str]] = field(default_factory=dict)
    since: dict[int, float] = field(default_factory=dict)

    def note(self, generation: int, ids: frozenset[str]) -> None:
        self.held.setdefault(generation, ids)
        self.since.setdefault(generation, time.monotonic())

    def add(self) -> None:
        source = self.index.parent / "papers.jsonl"
        records = [
            {"id": str(n), "title": f"paper {n}", "abstract": f"of words at {time.time()}"}
            for n in range(PAPERS)
        ]
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        done = add(self.index, [str(source)], model="hashing")
        self.note(done.generation, frozenset(str(n) for n in range(PAPERS)))

    def remove(self, id: str) -> None:
        before = self.held[max(self.held)]
        self.note(remove(self.index, [id]).generation, before - {id})

    def compact(self) -> None:
        self.note(compact(self.index), self.held[max(self.held)])


def change(history: History, seconds: float) -> None:
    """Take papers out one by one, add them all again, compact in between."""
    until = time.monotonic() + seconds
    for number in cycle(range(PAPERS)):
        if time.monotonic() > until:
            return
        if number % 8 == 0:
            history.add()
        history.remove(str(number))
        if number % 3 == 0:
            history.compact()


def ask(address: str, mode: str, done: threading.Event) -> list[Answered]:
    """Question after question; any that fails ends the test."""
    answers = []
    with httpx2.Client(timeout=30) as client:
        while not done.is_set():
            asked = time.monotonic()
            response = client.get(f"{address}/api/v1/search?q=paper&limit=99&mode={mode}")
            assert response.status_code == 200, response.text
            answer = response.json()
            ids = frozenset(paper["id"] for paper in answer["results"])
            assert len(ids) == answer["total"]
            answers.append(Answered(asked, answer["generation"], ids))
    return answers


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [2, pytest.param(120, marks=pytest.mark.crash)])
def test_no_request_fails_and_none_names_a_removed_paper(
    tmp_path: Path, figures: list[str], seconds: float
) -> None:
    history, done = History(tmp_path / "index"), threading.Event()
    history.add()
    modes = ("hybrid", "dense", "lexical", "hybrid")
    with serving(history.index) as (address, _), ThreadPoolExecutor(CLIENTS) as pool:
        asking = [pool.submit(ask, address, modes[n % 4], done) for n in range(CLIENTS)]
        try:
            change(history, seconds)
        finally:
            done.set()
        answers = [answer for client in asking for answer in client.result()]
    for answer in answers:
        assert answer.ids == history.held[answer.generation]
        due = [n for n, at in history.since.items() if at < answer.asked - SEEN_WITHIN_SECONDS]
        assert answer.generation >= max(due, default=0)
    seen = {answer.generation for answer in answers}
    assert len(seen) > 1  # a busy machine publishes few in two seconds
    figures.append(
        f"{CLIENTS} clients for {seconds} s: {len(answers):,} requests, none failed; "
        f"{len(history.held):,} generations, {len(seen):,} of them seen"
    )
