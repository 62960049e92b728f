"""A writer that is killed at random instants: nothing acknowledged is lost, the work goes on."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import IO

import pytest

from indexer.errors import IndexNotFoundError
from indexer.opensearch.address import Address
from indexer.opensearch.store import OpenSearchStore
from indexer.where import ALL
from tests.cluster.indexing import BATCH
from tests.cluster.overtaking import wait_free
from tests.cluster.stores import new_store
from tests.contract.papers import dice
from tests.contract.questions import all_keys

pytestmark = pytest.mark.cluster

ROOT = Path(__file__).resolve().parents[2]
PAPERS = 120
WAIT_SECONDS = 90.0

Hosts = tuple[tuple[str, int], ...]
Titles = dict[str, str]


class Job:
    """A process of `indexing.py` and the file that it indexes."""

    def __init__(self, address: Address, folder: Path) -> None:
        self._source, self._acknowledged = folder / "papers.jsonl", folder / "acknowledged"
        self._acknowledged.write_text("")
        command = [sys.executable, "-m", "tests.cluster.indexing", str(address)]
        self.process = subprocess.Popen(
            [*command, str(self._acknowledged)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._says("ready", WAIT_SECONDS)

    def begin(self, titles: Titles) -> None:
        """Let it add or update papers."""
        records = [{"id": id, "title": title} for id, title in titles.items()]
        self._source.write_text("".join(json.dumps(record) + "\n" for record in records))
        self._pipe(self.process.stdin).write(f"{self._source}\n")
        self._pipe(self.process.stdin).flush()

    def is_done(self, seconds: float) -> bool:
        """Whether it comes to an end in time."""
        return self._says("done", seconds)

    def kill(self) -> int:
        """Kill it; how many papers it had acknowledged."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return int(self._acknowledged.read_text() or 0)

    def _says(self, word: str, seconds: float) -> bool:
        out = self._pipe(self.process.stdout)
        return bool(select.select([out], [], [], seconds)[0]) and out.readline() == f"{word}\n"

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


@contextmanager
def job(address: Address, folder: Path) -> Iterator[Job]:
    """A job, ended whatever happens."""
    made = Job(address, folder)
    with made.process:
        try:
            yield made
        finally:
            made.process.kill()


def version(number: int) -> Titles:
    """All papers, each with another title in each version."""
    return {f"p{n}": f"paper {n}, version {number}" for n in range(PAPERS)}


def seen(store: OpenSearchStore) -> Titles:
    """What readers see, each paper once; empty where there is no index."""
    try:
        store.recover()
        snapshot = store.snapshot()
    except IndexNotFoundError:
        return {}
    assert snapshot is not None
    papers = snapshot.papers(all_keys(snapshot))
    found = {paper.id: paper.title for paper in papers}
    assert len(found) == len(papers) == snapshot.count(ALL) == snapshot.about.papers
    return found


def assert_whole(found: Titles, before: Titles, after: Titles, acknowledged: int) -> None:
    """So many batches of the new version as were acknowledged, or one more, and the rest as it was.

    The last one may have been committed, and its writer killed before it could say so.
    """
    ids = list(after)
    came = sum(found.get(id) == after[id] for id in ids)
    assert acknowledged <= came <= min(acknowledged + BATCH, PAPERS)
    assert came % BATCH == 0
    rest = {id: before[id] for id in ids[came:] if id in before}
    assert found == {**{id: after[id] for id in ids[:came]}, **rest}


def survive(store: OpenSearchStore, folder: Path, numbers: tuple[int, int], after: float) -> bool:
    """Kill an update after some seconds, look, and let it be done; whether it was amid its work."""
    before, wanted = (version(number) if number else {} for number in numbers)
    with job(store.address, folder) as killed:
        killed.begin(wanted)
        was_done = killed.is_done(after)
        acknowledged = killed.kill()
    with suppress(IndexNotFoundError):
        wait_free(store.address)
    assert_whole(seen(store), before, wanted, acknowledged)
    with job(store.address, folder) as again:
        again.begin(wanted)
        assert again.is_done(WAIT_SECONDS)
    assert seen(store) == wanted
    return not was_done


def undisturbed(store: OpenSearchStore, folder: Path) -> float:
    """The seconds that an update takes."""
    with job(store.address, folder) as first:
        first.begin(version(1))
        assert first.is_done(WAIT_SECONDS)
        started = time.monotonic()
        first.begin(version(2))
        assert first.is_done(WAIT_SECONDS)
        return time.monotonic() - started


def kills(hosts: Hosts, folder: Path, random: Random, *, updates: int, makings: int) -> None:
    """So many kills amid updates of an index, and amid the making of one."""
    with new_store(hosts) as store:
        seconds, number = undisturbed(store, folder), 2
        while updates:
            number += 1
            amid = survive(store, folder, (number - 1, number), random.uniform(0, seconds))
            updates -= amid
    while makings:
        with new_store(hosts) as store:
            makings -= survive(store, folder, (0, 1), random.uniform(0, seconds))


def test_kills_at_random_instants(hosts: Hosts, tmp_path: Path) -> None:
    kills(hosts, tmp_path, dice(1), updates=7, makings=3)


@pytest.mark.crash
def test_more_kills_at_random_instants(hosts: Hosts, tmp_path: Path) -> None:
    kills(hosts, tmp_path, dice(2), updates=30, makings=10)
