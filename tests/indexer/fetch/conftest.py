from __future__ import annotations

from collections.abc import Iterator

import pytest
from archive_server import ArchiveServer, Record, archive_server


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    """A running archive of 55 papers on six pages."""
    with archive_server([Record(number) for number in range(1, 56)]) as running:
        yield running
