from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.papers.paper import Paper
from indexer.sources import Reject, open_source

ReadAll = Callable[..., tuple[list[Paper], list[str]]]


@pytest.fixture
def read_all(tmp_path: Path) -> ReadAll:
    """Papers, and reasons of the rejects, of content whose format is guessed."""

    def read(content: str | bytes, format: str | None = None) -> tuple[list[Paper], list[str]]:
        path = tmp_path / "input"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = open_source(str(path))
        if format:
            assert source.format == format
        items = list(source)
        papers = [item for item in items if isinstance(item, Paper)]
        return papers, [item.reason for item in items if isinstance(item, Reject)]

    return read
