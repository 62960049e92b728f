"""``nearpaper fetch`` into a cluster: bookmarks lie in the index, so any machine goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from archive_server import ArchiveServer, Record, archive_server

from indexer.opensearch.address import Address
from tests.cluster.conftest import Command, Hosts
from tests.cluster.saying import found
from tests.cluster.stores import new_address, remove_all
from tests.serving import ROOT

pytestmark = pytest.mark.cluster

PAPERS, PAGE = 40, 10
WAIT_SECONDS = 60.0


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server([Record(number) for number in range(1, PAPERS + 1)]) as running:
        yield running


@pytest.fixture
def index(hosts: Hosts) -> Iterator[Address]:
    """An index that isn't there yet."""
    made = new_address(hosts)
    yield made
    remove_all(made)


def harvest(archive: ArchiveServer) -> list[str]:
    options = ["--base-url", archive.url("/oai"), "--delay", "0.2", "--model", "hashing"]
    return ["fetch", "arxiv", "--set", "cs", "--since-last", "--exit-code", *options]


def test_a_harvest_that_is_killed_goes_on(
    archive: ArchiveServer, index: Address, command: Command
) -> None:
    begin = [*harvest(archive), "--from", "2024-01-01"]
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", *begin, "--index", str(index)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + WAIT_SECONDS
    while len(archive.requests) < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    process.kill()
    process.wait()
    asked_before = len(archive.requests)
    while (said := command(begin, index)).code == 1:  # the killed one's lease runs out
        assert "another process is writing" in said.err
        assert time.monotonic() < until
        time.sleep(1)
    assert said.code == 0, said.err
    # The page under way was asked for once more, at most.
    assert len(archive.requests) <= PAPERS // PAGE + 1
    assert asked_before < len(archive.requests)
    everything = ["search", "paper", "--limit", "99", "--json"]
    assert len(found(command(everything, index))) == PAPERS

    assert command(harvest(archive), index).code == 4  # nothing new
    archive.delete(7, "2100-01-01")
    assert "1 removed" in command(harvest(archive), index).err
    assert len(found(command(everything, index))) == PAPERS - 1
