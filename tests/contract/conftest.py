"""Every implementation of the store; a new one is one more line of :data:`STORES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.local.store import LocalStore
from indexer.memory.store import MemoryStore
from indexer.store import Snapshot, Store
from tests.contract.papers import History, a_history, dice, fill, only_added

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "folder": LocalStore,
}
OTHERS = [name for name in STORES if name != "memory"]
"""Those that must give the answers of the one in memory."""
HISTORIES: dict[str, History] = {
    "added": only_added(1, 60),
    "changed": a_history(dice(2), changes=6, papers=15),
    "changed much": a_history(dice(3), changes=12, papers=5),
    "empty": (),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A new index of each kind."""
    yield from made(request.param, tmp_path / "index")


@pytest.fixture(scope="module", params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of store."""
    return str(request.param)


@pytest.fixture(scope="module", params=HISTORIES)
def snapshot(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """Of each kind of store, with each history behind it."""
    for store in made(kind, tmp_path_factory.mktemp(kind) / "index"):
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
    for store in made(other, tmp_path_factory.mktemp(other) / "index"):
        yield filled(MemoryStore(), history), filled(store, history)


def filled(store: Store, history: History) -> Snapshot:
    """What readers see after a history."""
    fill(store, history)
    snapshot = store.snapshot()
    assert snapshot is not None
    return snapshot


def made(kind: str, folder: Path) -> Iterator[Store]:
    """A new index of a kind, let go of at the end."""
    store = STORES[kind](folder)
    yield store
    store.close()
