"""Every implementation of the store; a new one is one more line of :data:`STORES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from indexer.local.store import LocalStore
from indexer.memory.store import MemoryStore
from indexer.snapshot import Snapshot
from indexer.store import Store
from tests.cluster.stores import new_store
from tests.contract.papers import History, a_history, dice, fill, only_added

Make = Callable[[Path, pytest.FixtureRequest], AbstractContextManager[Store]]


@contextmanager
def in_memory(folder: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Exact, slow and obvious: what the others are compared with."""
    yield MemoryStore()


@contextmanager
def in_folder(folder: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """On the disk."""
    store = LocalStore(folder)
    yield store
    store.close()


@contextmanager
def on_cluster(folder: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """On three nodes."""
    hosts = request.getfixturevalue("hosts")
    with new_store(hosts) as store:
        yield store


STORES: dict[str, Make] = {"memory": in_memory, "folder": in_folder, "cluster": on_cluster}
KINDS = [
    pytest.param(kind, marks=pytest.mark.cluster) if kind == "cluster" else kind for kind in STORES
]
OTHERS = KINDS[1:]
"""Those that must give the answers of the one in memory."""
HISTORIES: dict[str, History] = {
    "added": only_added(1, 60),
    "changed": a_history(dice(2), changes=6, papers=15),
    "changed much": a_history(dice(3), changes=12, papers=5),
    "empty": (),
}


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new index of each kind."""
    with STORES[request.param](tmp_path / "index", request) as store:
        yield store


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of store."""
    return str(request.param)


@pytest.fixture(scope="module", params=HISTORIES)
def snapshot(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Of each kind of store, with each history behind it."""
    with STORES[kind](tmp_path_factory.mktemp(kind) / "index", request) as store:
        yield filled(store, HISTORIES[request.param])


@pytest.fixture(scope="module", params=OTHERS)
def other(request: pytest.FixtureRequest) -> str:
    """Each kind of store but the one in memory."""
    return str(request.param)


@pytest.fixture(scope="module", params=HISTORIES)
def pair(
    other: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Snapshot, Snapshot]]:
    """The same papers in memory and in another store."""
    history = HISTORIES[request.param]
    with STORES[other](tmp_path_factory.mktemp(other) / "index", request) as store:
        yield filled(MemoryStore(), history), filled(store, history)


def filled(store: Store, history: History) -> Snapshot:
    """What readers see after a history."""
    fill(store, history)
    snapshot = store.snapshot()
    assert snapshot is not None
    return snapshot
