"""A running archive, and how the tests harvest it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_server import ArchiveServer, Record, archive_server

from indexer.fetch.archive import Archive
from indexer.fetch.arxiv_oai import ArxivSet
from indexer.fetch.harvest import harvest
from indexer.local.catalog.catalog import Catalog
from indexer.papers.paper import Paper
from indexer.pipeline import Tally

Harvest = Callable[..., Tally]
Papers = Callable[[], dict[str, Paper]]


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """A running archive of 55 papers on six pages."""
    with archive_server([Record(number) for number in range(1, 56)]) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def fetch(archive: ArchiveServer, folder: Path) -> Harvest:
    """Harvest the set ``cs``, or another interface of the archive."""

    def call(made: Archive | None = None, start: str = "2024-01-01", **more: object) -> Tally:
        made = made or ArxivSet("cs", archive.url())
        given = {"model": "hashing", "delay": 0.0, "start": start, **more}
        return harvest(folder, made, **given)  # type: ignore[arg-type]

    return call


@pytest.fixture
def papers(folder: Path) -> Papers:
    """What the index holds, by id."""

    def call() -> dict[str, Paper]:
        catalog = Catalog(folder)
        try:
            blocks = catalog.scan(after=0, change=catalog.last_change())
            return {paper.id: paper for block in blocks for paper in block.papers}
        finally:
            catalog.close()

    return call
