"""A reference manager's library, whose papers stand for somebody's interests."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from indexer.errors import SourceError
from indexer.papers.dates import date_key
from indexer.papers.paper import Paper
from indexer.sources import open_source
from search.limits import MAX_LIBRARY

MAX_RECORDS = 50_000


def read_library(path: Path) -> tuple[Paper, ...]:
    """The papers of a file, BibTeX or any other that can be indexed.

    Of more than :data:`~search.limits.MAX_LIBRARY` the newest: interests change.

    Raises:
        SourceError: The file can't be read, or holds no paper.
    """
    with open_source(str(path)) as source:
        papers = [item for item in islice(source, MAX_RECORDS) if isinstance(item, Paper)]
    if not papers:
        raise SourceError(f"{path}: contains no readable paper")
    papers.sort(key=lambda paper: date_key(paper.date), reverse=True)
    return tuple(papers[:MAX_LIBRARY])
