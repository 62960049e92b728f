"""Writing the two segments of a generation: the base, and the tail behind it.

What that costs depends on what came since the last generation: the papers that stood in it are
taken over from its files. Read again from the catalog, 10,000 of them would take a second, and
cells would have to be learnt again.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from indexer.errors import IndexDamagedError
from indexer.files import sha256_of
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.rows import Block, require_sound
from indexer.local.segments.cells import TRAINED_ON, cells_for, fits
from indexer.local.segments.column_writer import ColumnWriter, write_columns
from indexer.local.segments.columns import Columns, Mask, Positions
from indexer.local.segments.generation import Segment, column_file, vector_file
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.vector_writer import VectorWriter
from indexer.local.segments.vectors import EXACT, Probing

_NONE: Positions = np.empty(0, np.int64)
_BLOCK = 4096


def write_base(
    folder: Path,
    name: str,
    catalog: Catalog,
    change: int,
    dimension: int,
    *,
    old: Manifest | None = None,
) -> Probing:
    """All papers that were live after ``change``; how to search their vectors.

    With an ``old`` generation of the same vectors, they are taken over from it as far as its files
    are what was written and its cells fit; otherwise all comes from the catalog.
    """
    begun = _folded(folder, catalog, change, old) if old is not None else None
    vectors, columns, after = begun or _begun(catalog, change, dimension)
    _add(vectors, columns, catalog.scan(after=after, change=change), dimension)
    with ThreadPoolExecutor(2) as beside:  # all three take long, and none needs another
        described, measured = beside.submit(columns.arrays, _NONE), beside.submit(vectors.probing)
        vectors.write(vector_file(folder, name))
        probing = measured.result()
        write_columns(column_file(folder, name), described.result(), vectors.nearness(probing))
    return probing


def _begun(catalog: Catalog, change: int, dimension: int) -> tuple[VectorWriter, ColumnWriter, int]:
    """Writers without papers, and the row id behind which they begin."""
    nlist = cells_for(catalog.count())
    if not nlist:
        return VectorWriter(dimension), ColumnWriter(), 0
    sample = catalog.sample_vectors(TRAINED_ON * nlist, change)
    return VectorWriter.in_cells(nlist, sample), ColumnWriter(), 0


def _folded(
    folder: Path, catalog: Catalog, change: int, old: Manifest
) -> tuple[VectorWriter, ColumnWriter, int] | None:
    """Writers with the papers of both segments of a generation, and the last of their row ids."""
    if not fits(old.probing.nlist, catalog.count()):
        return None
    base = _whole(folder, old, old.base, old.probing)
    tail = _whole(folder, old, old.tail)
    if base is None or tail is None:
        return None
    last = max(base.columns.last_row, tail.columns.last_row)
    gone = np.append(
        base.columns.rows[tail.columns.tombstones],
        catalog.died(since=old.change, change=change, upto_row=last),
    )
    columns = ColumnWriter()
    kept = [_take_over(columns, each.columns, catalog, gone) for each in (base, tail)]
    vectors = VectorWriter.taking_over(vector_file(folder, old.base), kept[0])
    for positions in _blocks(np.flatnonzero(kept[1])):
        vectors.add(tail.vectors.at(positions).astype(np.float16))
    return vectors, columns, last


def _take_over(columns: ColumnWriter, written: Columns, catalog: Catalog, gone: Positions) -> Mask:
    """Take over the papers of written columns whose row ids aren't ``gone``; where they are."""
    kept = ~np.isin(written.rows, gone)
    columns.take_over(written, kept, catalog.papers(written.rows[~kept].tolist()))
    return kept


def _blocks(positions: Positions) -> list[Positions]:
    return np.array_split(positions, range(_BLOCK, len(positions), _BLOCK))


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
    if old is not None and (written := _whole(folder, old, old.tail)) is not None:
        gone = catalog.died(since=old.change, change=change, upto_row=written.columns.last_row)
        kept = _take_over(columns, written.columns, catalog, gone)
        vectors = VectorWriter.taking_over(vector_file(folder, old.tail), kept)
        after = max(after, written.columns.last_row)
    _add(vectors, columns, catalog.scan(after=after, change=change), dimension)
    vectors.write(vector_file(folder, name))
    nearness = vectors.nearness() if len(vectors) > len(base) else 0.0  # only then it is asked for
    write_columns(column_file(folder, name), columns.arrays(dead), nearness)
    return Columns(column_file(folder, name)), dead


def _whole(folder: Path, old: Manifest, name: str, probing: Probing = EXACT) -> Segment | None:
    """A segment of a generation, if its files are what was written: damage isn't handed on."""
    paths = vector_file(folder, name), column_file(folder, name)
    try:
        written = [old.files[str(path.relative_to(folder))].sha256 for path in paths]
        whole = [sha256_of(path) for path in paths] == written
        if not whole:
            return None
        segment = Segment.open(folder, name, probing)
        return segment if segment.columns.glossary is not None else None
    except (OSError, KeyError, IndexDamagedError):
        return None


def _add(
    vectors: VectorWriter, columns: ColumnWriter, blocks: Iterable[Block], dimension: int
) -> None:
    for block in blocks:
        require_sound(block.vectors, block.papers, dimension)
        vectors.add(block.vectors)
        columns.add(block)
