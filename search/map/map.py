"""A whole index as a map: its papers in a plane, near where they are alike, with named regions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexNotFoundError
from indexer.local.catalog.rows import Heading
from indexer.local.reader import Reader
from indexer.local.segments.generation import Generation
from search.map.layout import lay_out, require_layout
from search.map.regions import Region, find_regions

MOST = 200_000
"""Papers that are shown where nobody says."""
_BLOCK = 4_096

Report = Callable[[str, float], None]
"""Is told what is being done, and how much of it is done, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Chart:
    """What a map shows.

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


def chart(
    folder: Path, *, most: int = MOST, report: Report = lambda doing, fraction: None
) -> Chart:
    """Lay an index out. The same index always gives the same chart.

    Args:
        folder: Of the index.
        most: Papers that are shown; of more, so many from all over the index.
        report: Is told of the progress.

    Raises:
        IndexNotFoundError: There is no index, or it is empty.
        SourceError: The extra ``map`` isn't installed.
    """
    require_layout()
    reader = Reader(folder)
    try:
        generation = reader.generation()
        live = np.flatnonzero(generation.live) if generation else np.empty(0, np.int64)
        if generation is None or not len(live):
            raise IndexNotFoundError(f"{folder}: still empty; add papers with `nearpaper index`")
        shown = live[np.arange(min(most, len(live))) * len(live) // min(most, len(live))]
        papers = _headings(reader, generation, shown, report)
        vectors = generation.vectors(shown)
    finally:
        reader.close()
    places = lay_out(vectors, lambda fraction: report("Laying out", fraction))
    report("Naming regions", 0.0)
    regions = find_regions(places, [paper.title for paper in papers])
    return Chart(papers, places, regions, len(live))


def _headings(
    reader: Reader, generation: Generation, shown: NDArray[np.int64], report: Report
) -> tuple[Heading, ...]:
    rows, found = generation.column("rows", shown).tolist(), list[Heading]()
    for first in range(0, len(rows), _BLOCK):
        found += reader.catalog.headings(rows[first : first + _BLOCK])
        report("Reading titles", len(found) / len(rows))
    return tuple(found)
