"""The cluster that all tests of a run share; `tests/conftest.py` names this plugin."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.cluster.errors import MissingError
from tests.cluster.launcher import Cluster

REQUIRED = "NEARPAPER_REQUIRE_CLUSTER"
"""If it is set, a test that can't have its cluster fails instead of being skipped."""


RUNNING = "NEARPAPER_TEST_CLUSTER"
"""Nodes of a cluster that runs anyway, such as by `python -m tests.cluster`: ``HOST:PORT,…``."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Three nodes, started by the first test that asks; each test takes names of its own."""
    try:
        prepared = Cluster()
    except MissingError as error:
        if os.environ.get(REQUIRED):
            raise
        pytest.skip(str(error))
    with prepared as started:
        yield started


@pytest.fixture(scope="session")
def hosts(request: pytest.FixtureRequest) -> tuple[tuple[str, int], ...]:
    """Hosts and ports of a cluster that nobody breaks: a running one, if one is named."""
    running = os.environ.get(RUNNING)
    addresses = running.split(",") if running else request.getfixturevalue("cluster").addresses
    pairs = [address.split(":") for address in addresses]
    return tuple((host, int(port)) for host, port in pairs)


@pytest.fixture
def breakable(cluster: Cluster) -> Iterator[Cluster]:
    """The same cluster for a test that kills or pauses nodes; afterwards they are all back."""
    yield cluster
    cluster.restore()
