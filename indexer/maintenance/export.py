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

from indexer.errors import IndexNotFoundError, SourceError, storage_error
from indexer.files import require_file
from indexer.local.catalog.catalog import Catalog
from indexer.local.reader import Reader
from indexer.local.segments.generation import Generation
from indexer.local.segments.manifest import Manifest
from indexer.papers.paper import Paper
from indexer.progress import Listener, Silent, Tally

_LISTS = ("authors", "categories", "sources", "ids")
_NUMBERS = ("author_count", "upvotes", "comments", "version")


def export(folder: Path, target: Path, *, listener: Listener | None = None) -> int:
    """Write what is published to a Parquet file, replacing one of that name; how many papers.

    Args:
        folder: Of the index.
        target: The file.
        listener: Is told of the progress.

    Raises:
        SourceError: The extra ``parquet`` isn't installed.
        IndexNotFoundError: There is no index, or it is empty.
        StorageError: The file can't be written.
    """
    require_file(target)
    _require_parquet()
    reader = Reader(folder)
    generation = reader.generation()
    if generation is None:
        raise IndexNotFoundError(f"{folder}: still empty; add papers with `nearpaper index`")
    part = target.with_name(f".{target.name}.part")
    try:
        done = _write(generation, reader.catalog, part, listener or Silent())
        part.replace(target)
    except OSError as error:
        raise storage_error(error, target) from error
    finally:
        part.unlink(missing_ok=True)
        reader.close()
    return done


def _require_parquet() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise SourceError(
            "Parquet needs pyarrow; install it with `pip install 'nearpaper[parquet]'`"
        ) from None


def _write(generation: Generation, catalog: Catalog, part: Path, listener: Listener) -> int:
    from pyarrow import parquet

    schema, tally, started = _schema(generation.manifest), Tally(), time.monotonic()
    with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
        for block in catalog.scan(after=0, change=generation.manifest.change):
            # The catalog may hold the next model's vectors already.
            vectors = generation.vectors(generation.positions(block.rows))
            writer.write_table(_table(block.papers, vectors, schema))
            tally.unchanged += len(block.papers)
            tally.seconds = time.monotonic() - started
            listener.advanced(tally, tally.read / generation.manifest.papers)
    return tally.read


def _schema(manifest: Manifest) -> Any:  # noqa: ANN401 - pyarrow ships no types
    import pyarrow as pa

    kinds = dict.fromkeys(_LISTS, pa.list_(pa.string())) | dict.fromkeys(_NUMBERS, pa.int64())
    columns = [(field.name, kinds.get(field.name, pa.string())) for field in fields(Paper)]
    columns.append(("vector", pa.list_(pa.float32(), manifest.model.dimension)))
    facts = {
        "generation": manifest.generation,
        "model": asdict(manifest.model),
        "recipe": manifest.recipe,
    }
    return pa.schema(columns, metadata={"nearpaper": json.dumps(facts)})


def _table(papers: Sequence[Paper], vectors: NDArray[np.float16], schema: Any) -> Any:  # noqa: ANN401 - likewise
    """Empty text is null, as in JSON."""
    import pyarrow as pa

    arrays = [
        pa.array([_given(getattr(paper, name)) for paper in papers], schema.field(name).type)
        for name in schema.names[:-1]
    ]
    flat = pa.array(np.ascontiguousarray(vectors, np.float32).reshape(-1))
    lists = pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
    return pa.Table.from_arrays([*arrays, lists], schema=schema)


def _given(value: object) -> object:
    return list(value) if isinstance(value, tuple) else None if value == "" else value
