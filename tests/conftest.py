"""Small real indexes that many tests share."""

from __future__ import annotations

import json
import logging
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from api.http.observing.logs import PatientLines
from indexer.memory.store import MemoryStore
from indexer.pipeline import add

# A shared machine may pause for longer than Hypothesis would allow an example.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "data" / "papers.jsonl"
Record = Mapping[str, object]
MakeIndex = Callable[[Iterable[Record]], Path]
MakeStore = Callable[[Iterable[Record]], MemoryStore]

FIGURES = pytest.StashKey[list[str]]()
"""What was measured; it stands at the end of the report."""

pytest_plugins = ["tests.cluster.fixtures"]


@pytest.fixture(scope="session", autouse=True)
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An own cache for the whole run, so that no test reads or writes the user's."""
    cache = tmp_path_factory.mktemp("model-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARPAPER_CACHE", str(cache))
        # If a native library takes a command down, its report says where.
        patch.setenv("PYTHONFAULTHANDLER", "1")
        yield cache


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would what tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Ends the log of a server that a test ran in this process, which others would write to."""
    root = logging.getLogger()
    yield
    root.handlers[:] = [one for one in root.handlers if not isinstance(one, PatientLines)]


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Lines for the end of the report."""
    return request.config.stash.setdefault(FIGURES, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)


@pytest.fixture
def make_index(tmp_path: Path) -> MakeIndex:
    """Makes an index of some records in a folder, embedded by the words they share."""

    def make(records: Iterable[Record]) -> Path:
        source, folder = tmp_path / "source.jsonl", tmp_path / "index"
        _write(source, records)
        add(folder, [str(source)], model="hashing")
        return folder

    return make


@pytest.fixture(scope="session")
def make_store(tmp_path_factory: pytest.TempPathFactory) -> MakeStore:
    """Makes an index of some records in memory, embedded by the words they share."""
    folder = tmp_path_factory.mktemp("records")

    def make(records: Iterable[Record]) -> MemoryStore:
        source, store = folder / "source.jsonl", MemoryStore()
        _write(source, records)
        add(store, [str(source)], model="hashing")
        return store

    return make


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The papers that ship with the project, embedded by the words they share. Read only."""
    folder = tmp_path_factory.mktemp("sample") / "index"
    add(folder, [str(SAMPLE)], model="hashing")
    return folder


@pytest.fixture(scope="session")
def sample_store() -> MemoryStore:
    """The same papers in memory. Read only."""
    store = MemoryStore()
    add(store, [str(SAMPLE)], model="hashing")
    return store


def _write(source: Path, records: Iterable[Record]) -> None:
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
