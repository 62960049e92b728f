"""An index, or a part of one, that somebody deleted on the cluster, also under who reads or writes.

What is written to an index that is gone doesn't make it anew, without its mapping.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

import indexer.opensearch.writing.lease
from indexer.errors import IndexNotFoundError
from indexer.opensearch.address import Address
from indexer.opensearch.requests.client import Cluster
from indexer.opensearch.store import OpenSearchStore
from indexer.papers.paper import Paper
from tests.cluster.conftest import Command
from tests.cluster.overtaking import PausedCluster, When
from tests.cluster.saying import SEARCH, assert_refused, found, indexing, problem
from tests.contract.papers import entries_of
from tests.serving import serving

pytestmark = pytest.mark.cluster


def delete(address: Address, part: str = "*") -> None:
    """Delete indexes of an index."""
    cluster = Cluster(address)
    for index in cluster.call("GET", f"/{address.name}.{part}/_alias"):
        cluster.write("DELETE", f"/{index}")
    cluster.close()


def left(address: Address) -> set[str]:
    """What is there of an index."""
    cluster = Cluster(address)
    indexes = {*cluster.call("GET", f"/{address.name}.*/_alias")}
    cluster.close()
    return indexes


def at_rows(method: str, path: str, body: Any) -> bool:
    return path.endswith("/_bulk")


def at_refresh(method: str, path: str, body: Any) -> bool:
    return path.endswith("/_refresh")


def at_commit(method: str, path: str, body: Any) -> bool:
    return method == "PUT" and "/_doc/change-" in path


def at_number(method: str, path: str, body: Any) -> bool:
    return method == "PUT" and path.endswith("/_doc/head") and body["value"]["change"] == 2


@pytest.mark.parametrize("when", [at_number, at_rows, at_commit, at_refresh])
def test_it_is_deleted_under_a_writer(own: Address, when: When) -> None:
    """Not before the writer has opened it, and then at once."""
    started, deleted = threading.Event(), threading.Event()

    def delete_at(method: str, path: str, body: Any) -> bool:
        if started.is_set() and not deleted.is_set() and when(method, path, body):
            deleted.set()
            delete(own)
        return False

    def write() -> None:
        with store.writer() as writer:
            started.set()
            writer.commit(entries_of([Paper(id="one", title="one")]))
            writer.publish()

    store = OpenSearchStore(own)
    store.cluster = PausedCluster(own, delete_at)
    with pytest.raises(IndexNotFoundError) as caught:
        write()
    store.close()
    assert deleted.is_set()
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3
    assert left(own) == set()


def test_it_is_deleted_while_its_lease_is_renewed(
    own: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.opensearch.writing.lease, "LEASE_SECONDS", 0.3)
    store = OpenSearchStore(own)

    def write() -> None:
        with store.writer() as writer:
            delete(own)
            time.sleep(0.5)
            writer.publish()
            writer.commit(entries_of([Paper(id="one", title="one")]))

    with pytest.raises(IndexNotFoundError):
        write()
    store.close()
    assert left(own) == set()


def test_it_is_deleted_under_a_server(own: Address, command: Command, tmp_path: Path) -> None:
    """Which finds the one that is made in its place."""
    with serving(str(own)) as (url, process), httpx2.Client(timeout=60) as client:
        asked = f"{url}/api/v1/search?q=paper"
        assert client.get(asked).json()["total"] == 3
        delete(own)
        response = client.get(asked)
        assert response.status_code == 503
        assert response.json()["type"] == "urn:nearpaper:problem:no-index"
        assert str(own) not in response.json()["detail"]
        assert left(own) == set()
        assert command(indexing(tmp_path, 5), own).code == 0
        assert client.get(asked).json()["total"] == 5
        process.kill()
        logged = process.communicate()[1]
        # The server may look when its papers are gone and its log isn't yet; either is said once.
        *before, last = logged.splitlines()
        assert "no index there" in last
        assert ["which holds the papers" in line for line in before] in ([], [True]), logged


def test_its_papers_are_lost(own: Address, command: Command, tmp_path: Path) -> None:
    with serving(str(own)) as (url, _), httpx2.Client(timeout=60) as client:
        assert client.get(f"{url}/api/v1/search?q=paper").status_code == 200
        delete(own, "papers-*")
        for arguments in (SEARCH, indexing(tmp_path, 5)):
            assert_refused(command(arguments, own), 1, "holds the papers; restore it")
        for told in (problem(own), client.get(f"{url}/api/v1/search?q=paper").json()):
            assert (told["status"], told["type"]) == (503, "urn:nearpaper:problem:index-damaged")
    assert len(left(own)) == 1


def test_its_log_is_lost(own: Address, command: Command, tmp_path: Path) -> None:
    before = left(own)
    delete(own, "log")
    assert_refused(command(SEARCH, own), 3, "no index there")
    told = problem(own)
    assert (told["status"], told["type"]) == (503, "urn:nearpaper:problem:no-index")
    assert_refused(command(indexing(tmp_path, 5), own), 1, "no head that says what is in it")
    assert left(own) == before - {f"{own.name}.log"}


def test_what_was_never_made(own: Address, command: Command, tmp_path: Path) -> None:
    delete(own)
    assert_refused(command(SEARCH, own), 3, "no index there; make one with")
    assert left(own) == set()
    assert command(indexing(tmp_path, 3), own).code == 0
    assert found(command(SEARCH, own)) == {"p0", "p1", "p2"}
