"""A whole index as a map: its papers in a plane, near where they are alike, with named regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexNotFoundError
from indexer.location import Location, open_store
from indexer.papers.paper import Paper
from indexer.snapshot import Keys, Snapshot
from indexer.where import ALL
from search.map.layout import lay_out, require_layout
from search.map.regions import Region, find_regions

MOST = 200_000
"""Papers that are shown where nobody says."""
_BLOCK, _SEED = 4_096, 1

Report = Callable[[str, float], None]
"""Is told what is being done, and how much of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What of a paper stands on a map: see :class:`~indexer.papers.paper.Paper`."""

    id: str
    title: str
    date: str
    url: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """What is drawn.

    Attributes:
        papers: Those that are shown.
        places: ``(n, 2)`` where they are, from 0 to 1.
        regions: Named parts of the plane, coarse ones first.
        total: How many papers the index holds.
    """

    papers: tuple[Heading, ...]
    places: NDArray[np.float64]
    regions: tuple[tuple[Region, ...], ...]
    total: int


def draw(
    location: Location, *, most: int = MOST, report: Report = lambda doing, fraction: None
) -> Map:
    """Lay an index out. The same index always gives the same map.

    Args:
        location: Of the index.
        most: Papers that are shown; of more, so many at random.
        report: Is told of the progress.

    Raises:
        IndexNotFoundError: There is no index, or it is empty.
        SourceError: The extra ``map`` isn't installed.
    """
    require_layout()
    store = open_store(location)
    try:
        store.recover()
        snapshot = store.snapshot()
        if snapshot is None or not snapshot.about.papers:
            raise IndexNotFoundError(
                f"{store.location}: still empty; add papers with `nearpaper index`"
            )
        papers, vectors = _taken(snapshot, min(most, snapshot.about.papers), report)
        total = snapshot.about.papers
    finally:
        store.close()
    places = lay_out(vectors, lambda fraction: report("Laying out", fraction))
    report("Naming regions", 0.0)
    regions = find_regions(places, [paper.title for paper in papers])
    return Map(tuple(papers), places, regions, total)


def _taken(
    snapshot: Snapshot, count: int, report: Report
) -> tuple[list[Heading], NDArray[np.float16]]:
    """Headings and vectors of ``count`` papers."""
    headings, vectors = list[Heading](), list[NDArray[np.float16]]()
    for keys in _chosen(snapshot, count):
        headings += map(_heading, snapshot.papers(keys))
        vectors.append(snapshot.vectors(keys).astype(np.float16))  # as they are kept
        report("Reading titles", len(headings) / count)
    return headings, np.concatenate(vectors)


def _chosen(snapshot: Snapshot, count: int) -> Iterator[Keys]:
    """All papers, or ``count`` of them at random, some at a time."""
    if count == snapshot.about.papers:
        return snapshot.scan(ALL, _BLOCK)
    keys = snapshot.sample(count, ALL, _SEED)
    return (keys[first : first + _BLOCK] for first in range(0, len(keys), _BLOCK))


def _heading(paper: Paper) -> Heading:
    return Heading(paper.id, paper.title, paper.date, paper.url, paper.categories)
