"""One small index for all tests of the faces, made with the deterministic "hashing" model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli import run
from api.http.app import create_app
from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from search.engine import Engine

TOPICS = ("sparse attention", "graph kernels", "protein folding", "speech", "optimisation")


def record(number: int) -> dict[str, Any]:
    topic = TOPICS[number % len(TOPICS)]
    return {
        "id": f"24{number % 12 + 1:02}.{number:05}",
        "title": f"On {topic}, part {number}",
        "abstract": f"We study {topic} and compare {number} ways to go about it.",
        "authors": [f"Author Number{number}", "Zoë Shared"],
        "date": f"2024-{number % 12 + 1:02}-15",
        "url": f"https://example.org/{number}",
        "categories": ["cs.CL" if number % 2 else "math.OC"],
        "upvotes": number,
    }


HOSTILE: dict[str, Any] = {
    "id": "2501.00099",
    "title": "Hostile <script>alert(1)</script> [bold]markup[/bold] \x1b[31min titles",
    "abstract": "Hostile <img src=x onerror=alert(1)> abstract \x9b2J with [link=file:///]controls"
    r", $\text{<img src=y onerror=alert(2)>}^2$ of $\href{javascript:alert(3)}{n}^2$.",
    "authors": ["Mallory <b>"],
    "date": "2025-01-01",
    "url": "javascript:alert(1)",
    "categories": ["cs.CR"],
}
OLD_STYLE: dict[str, Any] = {"id": "hep-th/9901001", "title": "Strings of old", "date": "1999"}


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "papers.jsonl"
    records = [*map(record, range(1, 31)), HOSTILE, OLD_STYLE]
    path.write_text("".join(json.dumps(entry) + "\n" for entry in records), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def folder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index that no test writes to."""
    path = tmp_path_factory.mktemp("index") / "index"
    add(path, [str(source)], model="hashing")
    return path


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index that holds one paper twice, beside others."""
    path = tmp_path_factory.mktemp("twins")
    twin = {
        "title": "Caching in storage clusters",
        "abstract": "Write-back caching for clusters of disks, measured.",
    }
    records = [{"id": f"twin-{venue}", "venue": venue, **twin} for venue in ("talk", "journal")]
    lines = [json.dumps(entry) + "\n" for entry in [*records, *map(record, range(1, 11))]]
    (path / "papers.jsonl").write_text("".join(lines), encoding="utf-8")
    add(path / "index", [str(path / "papers.jsonl")], model="hashing")
    return path / "index"


@pytest.fixture(scope="session")
def engine(source: Path) -> Iterator[Engine]:
    """An engine over the same papers in memory; what needs a folder takes ``folder``."""
    store = MemoryStore()
    add(store, [str(source)], model="hashing")
    with Engine.open(store) as opened:
        yield opened


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine=engine)) as opened:
        yield opened


Nearpaper = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nearpaper(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Nearpaper:
    """Carry out a command line; gives exit code, standard output and standard error."""
    monkeypatch.setenv("NEARPAPER_INDEX", str(folder))

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = capfd.readouterr()
        return code, out, err

    return call
