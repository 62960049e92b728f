"""All papers of an index with their vectors in one Parquet file, for people's own experiments.

Columns are the fields of a paper, and ``vector``: float32 of unit length. The model, the text
recipe and the generation that they are of stand in the file's metadata, as JSON under
``nearpaper``. Memory stays constant; the file is there whole or not at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexNotFoundError, SourceError
from indexer.files import replacing, require_file, require_outside
from indexer.location import Location, using_store
from indexer.papers.paper import Paper
from indexer.progress import Listener, Silent, Tally
from indexer.snapshot import About, Snapshot
from indexer.where import ALL

_LISTS = ("authors", "categories", "sources", "ids", "cite_keys")
_NUMBERS = ("author_count", "upvotes", "comments", "version")


def export(location: Location, target: Path, *, listener: Listener | None = None) -> int:
    """Write what is published to a Parquet file, replacing one of that name; how many papers.

    Args:
        location: Of the index.
        target: The file.
        listener: Is told of the progress.

    Raises:
        SourceError: The extra ``parquet`` isn't installed.
        IndexNotFoundError: There is no index, or it is empty.
        SnapshotExpiredError: It was compacted twice meanwhile.
        StorageError: The file can't be written.
    """
    require_file(target)
    _require_parquet()
    with using_store(location) as store:
        require_outside(target, store.workspace)
        store.recover()
        snapshot = store.snapshot()
        if snapshot is None:
            raise IndexNotFoundError(
                f"{store.location}: still empty; add papers with `nearpaper index`"
            )
        with replacing(target) as beside:
            return _write(snapshot, beside, listener or Silent())


def _require_parquet() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise SourceError(
            "Parquet needs pyarrow; install it with `pip install 'nearpaper[parquet]'`"
        ) from None


def _write(snapshot: Snapshot, file: Path, listener: Listener) -> int:
    from pyarrow import parquet

    schema, tally, started = _schema(snapshot.about), Tally(), time.monotonic()
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for keys in snapshot.scan(ALL):
            writer.write_table(_table(snapshot.papers(keys), snapshot.vectors(keys), schema))
            tally.unchanged += len(keys)
            tally.seconds = time.monotonic() - started
            listener.advanced(tally, tally.read / snapshot.about.papers)
    return tally.read


def _schema(about: About) -> Any:  # noqa: ANN401 - pyarrow ships no types
    import pyarrow as pa

    kinds = dict.fromkeys(_LISTS, pa.list_(pa.string())) | dict.fromkeys(_NUMBERS, pa.int64())
    kinds["retracted"] = pa.bool_()
    columns = [(field.name, kinds.get(field.name, pa.string())) for field in fields(Paper)]
    columns.append(("vector", pa.list_(pa.float32(), about.model.dimension)))
    facts = {
        "generation": about.generation,
        "model": asdict(about.model),
        "recipe": about.recipe,
    }
    return pa.schema(columns, metadata={"nearpaper": json.dumps(facts)})


def _table(papers: Sequence[Paper], vectors: NDArray[np.float32], schema: Any) -> Any:  # noqa: ANN401 - likewise
    """Empty text is null, as in JSON."""
    import pyarrow as pa

    arrays = [
        pa.array([_given(getattr(paper, name)) for paper in papers], schema.field(name).type)
        for name in schema.names[:-1]
    ]
    flat = pa.array(vectors.reshape(-1))
    lists = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    return pa.Table.from_arrays([*arrays, lists], schema=schema)


def _given(value: object) -> object:
    return list(value) if isinstance(value, tuple) else None if value == "" else value
