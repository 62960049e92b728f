"""Nodes that die or hang while a server answers and papers are added."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from indexer.opensearch.address import Address
from indexer.opensearch.requests.client import PATIENCE_SECONDS
from tests.cluster.asking import Asked, ask, asking
from tests.cluster.launcher import Cluster
from tests.cluster.stores import new_address, remove_all
from tests.serving import ROOT, serving

pytestmark = pytest.mark.cluster

BATCH = 5  # papers that are added at a time
WAIT_SECONDS = 180.0
HANG_SECONDS = 20.0
SLOWEST_SECONDS = 8.0
"""That 99 of 100 answers may take while a node hangs."""


@dataclass
class Growth:
    """An index to which papers are added, some at a time, each by the command.

    Attributes:
        address: Where it is.
        folder: For files.
        begun: How many papers there may be, at most.
        done: When and how many papers were acknowledged.
    """

    address: Address
    folder: Path
    begun: int = 0
    done: list[tuple[float, int]] = field(default_factory=list)

    def add(self, papers: int = BATCH) -> None:
        source = self.folder / "papers.jsonl"
        records = [
            {
                "id": f"p{number}",
                "title": f"paper {number}",
                "abstract": f"a paper of words {number * number % 97}",
                "date": f"{2000 + number % 20}",
            }
            for number in range(self.begun, self.begun + papers)
        ]
        source.write_text("".join(json.dumps(record) + "\n" for record in records))
        self.begun += papers
        command(["index", str(source), "--model", "hashing"], self.address)
        self.done.append((time.monotonic(), self.begun))

    @contextmanager
    def growing(self) -> Iterator[None]:
        """Papers are added, again and again; the last addition is waited for."""
        stop, problems = threading.Event(), list[BaseException]()

        def grow() -> None:
            try:
                while not stop.is_set():
                    self.add()
            except BaseException as error:
                problems.append(error)

        thread = threading.Thread(target=grow)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        assert problems == []

    def assert_whole(self, asked: Asked) -> None:
        """One published state, all of it, and none that is older than what was acknowledged."""
        assert asked.status == 200, asked.answer
        answer = asked.answer
        ids = [result["id"] for result in answer["results"]]
        assert {*ids} == {f"p{number}" for number in range(answer["total"])}, answer["generation"]
        assert len(ids) == answer["total"]
        assert sum(answer["facets"]["year"].values()) == answer["close"]
        assert answer["total"] % BATCH == 0
        known = [papers for when, papers in self.done if when < asked.at]
        assert max(known, default=0) <= answer["total"] <= self.begun


def command(arguments: list[str], address: Address) -> None:
    """Run the command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments, "--index", str(address)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def growth(breakable: Cluster, tmp_path: Path) -> Iterator[Growth]:
    """Sixty papers."""
    hosts = [(host, int(port)) for host, _, port in (a.partition(":") for a in breakable.addresses)]
    made = Growth(new_address(hosts), tmp_path)
    made.add(60)
    yield made
    breakable.restore()
    remove_all(made.address)


@pytest.fixture
def server(growth: Growth) -> Iterator[str]:
    """A server of it, which has answered in each mode and says no more than it is to say.

    That is what takes it long, and that the cluster can't answer.
    """
    with ExitStack() as stack:
        url, process = stack.enter_context(serving(str(growth.address)))
        with httpx2.Client(timeout=60) as client:
            for number in range(3):
                growth.assert_whole(ask(url, client, number))
        yield url
        process.kill()
        said = process.communicate()[1].splitlines()
        told = re.compile("slow request|the cluster can't answer now")
        assert [line for line in said if not told.search(line)] == []


def manager(cluster: Cluster) -> int:
    """The number of the node that manages the others."""
    told = httpx2.get(f"http://{cluster.addresses[0]}/_cat/cluster_manager?format=json").json()
    return int(told[0]["node"].removeprefix("node"))


def fixed_answers(url: str) -> list[Any]:
    """What some questions find, with scores but for the last digits."""
    found = []
    for query in ("paper words 4", "words 16 paper", "paper 7"):
        for mode in ("hybrid", "dense", "lexical"):
            params = {"q": query, "mode": mode, "limit": 50}
            answer = httpx2.get(f"{url}/api/v1/search", params=params, timeout=60).json()
            found.append([(each["id"], round(each["score"], 3)) for each in answer["results"]])
    return found


def wait_whole(growth: Growth, url: str) -> None:
    """Until the server answers again."""
    until = time.monotonic() + WAIT_SECONDS
    with httpx2.Client(timeout=60) as client:
        while (asked := ask(url, client, 0)).status != 200:
            assert time.monotonic() < until, asked.answer
    growth.assert_whole(asked)


@pytest.mark.parametrize("is_manager", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_node_is_killed(
    breakable: Cluster, growth: Growth, server: str, figures: list[str], is_manager: bool
) -> None:
    number = manager(breakable) if is_manager else manager(breakable) % 3 + 1
    with growth.growing(), asking(server) as answers:
        time.sleep(8)
        breakable.kill(number)
        time.sleep(6)
        breakable.revive(number)
        time.sleep(8)
    figures.append(f"a node killed, {growth.begun - 60} papers added: {answers.figures()}")
    for asked in answers.each:
        growth.assert_whole(asked)
    growth.add()
    before = fixed_answers(server)
    breakable.restore()
    assert fixed_answers(server) == before
    with serving(str(growth.address)) as (other, _):
        assert fixed_answers(other) == before


@pytest.mark.parametrize("is_manager", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_node_hangs(
    breakable: Cluster, growth: Growth, server: str, figures: list[str], is_manager: bool
) -> None:
    number = manager(breakable) if is_manager else manager(breakable) % 3 + 1
    with asking(server) as answers:
        time.sleep(3)
        breakable.pause(number)
        time.sleep(HANG_SECONDS)
        breakable.resume(number)
        time.sleep(4)
    figures.append(f"a node hangs for {HANG_SECONDS:.0f} s: {answers.figures()}")
    for asked in answers.each:
        growth.assert_whole(asked)
    assert answers.seconds(99) <= SLOWEST_SECONDS


@pytest.mark.slow
def test_two_of_three_are_gone(
    breakable: Cluster, growth: Growth, server: str, figures: list[str]
) -> None:
    before = fixed_answers(server)
    for number in (1, 3):
        breakable.kill(number)
    with httpx2.Client(timeout=60) as client:
        asked = ask(server, client, 0)
        assert asked.status == 503
        assert asked.answer["type"] == "urn:nearpaper:problem:cluster"
        assert asked.answer["detail"] == "the cluster can't answer; the server's log says more"
        assert PATIENCE_SECONDS - 1 <= asked.seconds <= PATIENCE_SECONDS + 5
        assert client.get(f"{server}/healthz").status_code == 200
    for number in (1, 3):
        breakable.revive(number)
    started = time.monotonic()
    wait_whole(growth, server)
    figures.append(
        f"two of three gone: status 503 after {asked.seconds:.1f} s, whole answers again "
        f"{time.monotonic() - started:.0f} s after they were started"
    )
    breakable.restore()
    assert fixed_answers(server) == before
