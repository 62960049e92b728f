"""A file as it would be read, without an index: the first papers, the columns, the rejects."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.papers.paper import Paper
from indexer.progress import InputReport
from indexer.sources.items import Reject
from indexer.sources.source import open_source

PAPERS, REJECTS = 3, 5
"""How many of each are shown."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How an input would be read.

    Attributes:
        report: On the whole of it, or on what was read before Ctrl-C.
        papers: The first :data:`PAPERS`.
        rejects: The first :data:`REJECTS`.
    """

    report: InputReport
    papers: list[Paper]
    rejects: list[Reject]


def preview(path: str, format: str | None = None) -> Preview:
    """Read an input to its end and write nothing.

    Raises:
        SourceError: The input can't be read.
        UsageError: There is no such format.
    """
    papers: list[Paper] = []
    rejects: list[Reject] = []
    with open_source(path, format) as source:
        try:
            for item in source:
                if isinstance(item, Paper) and len(papers) < PAPERS:
                    papers.append(item)
                elif isinstance(item, Reject) and len(rejects) < REJECTS:
                    rejects.append(item)
                source.numbers.clear()
        except KeyboardInterrupt:
            source.report.interrupted = True
    return Preview(source.report, papers, rejects)
