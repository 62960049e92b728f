"""Writing the two segments of a generation: the base from the catalog, the tail from the last one.

What a tail costs to write depends on what came since the last one: the papers that stood in that
are taken over from its files. Read again from the catalog, 10,000 of them would take a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from indexer.errors import IndexDamagedError
from indexer.files import sha256_of
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import Block, require_sound
from indexer.local.segments.column_writer import ColumnWriter
from indexer.local.segments.columns import Columns, Positions
from indexer.local.segments.generation import Segment, column_file, vector_file
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.vector_writer import TRAINED_ON, VectorWriter, cells_for
from indexer.local.segments.vectors import Probing

_NONE: Positions = np.empty(0, np.int64)


def write_base(folder: Path, name: str, catalog: Catalog, change: int, dimension: int) -> Probing:
    """All papers that were live after ``change``; how to search their vectors."""
    nlist = cells_for(catalog.count())
    vectors, columns = VectorWriter(dimension), ColumnWriter()
    if nlist:
        vectors = VectorWriter.in_cells(nlist, catalog.sample_vectors(TRAINED_ON * nlist, change))
    _add(vectors, columns, catalog.scan(after=0, change=change), dimension)
    probing = vectors.write(vector_file(folder, name))
    columns.write(column_file(folder, name), _NONE, vectors.nearness())
    return probing


def write_tail(
    folder: Path,
    name: str,
    catalog: Catalog,
    change: int,
    dimension: int,
    *,
    base: Columns,
    since: int,
    old: Manifest | None,
) -> tuple[Columns, Positions]:
    """The papers behind the base that were live after ``change``.

    Args:
        folder: Where the index is.
        name: Of the tail.
        catalog: The source of truth.
        change: Number of the change up to which the tail goes.
        dimension: Length of a vector.
        base: What stands before it.
        since: Number of the change that the base goes up to.
        old: A generation with the same base and vectors, if there is one.

    Returns:
        The tail, and the positions of those papers of the base that have died.
    """
    died = catalog.died(since=since, change=change, upto_row=base.last_row)
    dead = np.searchsorted(base.rows, died)
    vectors, columns, after = VectorWriter(dimension), ColumnWriter(), base.last_row
    if old is not None and (written := _whole_tail(folder, old)) is not None:
        gone = catalog.died(since=old.change, change=change, upto_row=written.columns.last_row)
        kept = ~np.isin(written.columns.rows, gone)
        vectors = VectorWriter.taking_over(vector_file(folder, old.tail), kept)
        columns.take_over(written.columns, kept, catalog.papers(gone.tolist()))
        after = max(after, written.columns.last_row)
    _add(vectors, columns, catalog.scan(after=after, change=change), dimension)
    vectors.write(vector_file(folder, name))
    nearness = vectors.nearness() if len(vectors) > len(base) else 0.0  # only then it is asked for
    columns.write(column_file(folder, name), dead, nearness)
    return Columns(column_file(folder, name)), dead


def _whole_tail(folder: Path, old: Manifest) -> Segment | None:
    """The tail of a generation, if its files are what was written: damage isn't handed on."""
    paths = vector_file(folder, old.tail), column_file(folder, old.tail)
    try:
        written = [old.files[str(path.relative_to(folder))].sha256 for path in paths]
        whole = [sha256_of(path) for path in paths] == written
        tail = Segment.open(folder, old.tail) if whole else None
        return tail if tail and tail.columns.glossary is not None else None
    except (OSError, KeyError, IndexDamagedError):
        return None


def _add(
    vectors: VectorWriter, columns: ColumnWriter, blocks: Iterable[Block], dimension: int
) -> None:
    for block in blocks:
        require_sound(block.vectors, block.papers, dimension)
        vectors.add(block.vectors)
        columns.add(block)
