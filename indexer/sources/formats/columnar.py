"""Parquet and Arrow tables, read in batches of rows by pyarrow, which is an extra.

Only the columns are read whose names a record may have. Lines are rows here, from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from indexer.errors import SourceError
from indexer.papers.fields import lower_keys
from indexer.papers.paper import FIELD_NAMES, TEXT_NAMES
from indexer.sources.reading.raw import Bad, Raw

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Schema

PARQUET, ARROW, ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
"""How the content of each begins."""
ROWS = 256
"""Rows in one batch."""

HINT = "reading Parquet and Arrow needs pyarrow; run `pip install 'nearpaper[parquet]'`"


def read_parquet(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every row; memory holds a row group's columns at most."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise SourceError(HINT) from None
    if not stream.seekable():
        raise SourceError(
            "a Parquet file is read from its end, so neither compressed nor from a pipe; "
            "unpack it into a file"
        )
    try:
        table = ParquetFile(stream)
        names = _wanted(table.schema_arrow)
    except (ArrowException, OSError) as error:
        raise SourceError(f"not a Parquet file: {_line(error)}") from None
    yield from _rows(table.iter_batches(batch_size=ROWS, columns=names))


def read_arrow(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every row of Arrow's stream or file format, which is a stream in a frame."""
    try:
        from pyarrow import ArrowException
        from pyarrow.ipc import open_stream
    except ImportError:
        raise SourceError(HINT) from None
    peek = getattr(stream, "peek", None)
    if peek and peek(len(ARROW)).startswith(ARROW):
        stream.read(8)
    try:
        batches = open_stream(stream)
        names = _wanted(batches.schema)
    except (ArrowException, OSError) as error:
        raise SourceError(f"not an Arrow file: {_line(error)}") from None
    yield from _rows(batch.select(names) for batch in batches)


def _wanted(schema: Schema) -> list[str]:
    """The columns that tell something of a paper; raises ``SourceError`` if none has text."""
    found = {name: next(iter(lower_keys({name: True}))) for name in schema.names if name.strip()}
    if TEXT_NAMES.isdisjoint(found.values()):
        raise SourceError("no column of titles or abstracts")
    return [name for name, key in found.items() if key in FIELD_NAMES]


def _rows(batches: Iterable[RecordBatch]) -> Iterator[Raw | Bad]:
    from pyarrow import ArrowException

    row = 0
    try:
        for batch in batches:
            for start in range(0, batch.num_rows, ROWS):
                for fields in batch.slice(start, ROWS).to_pylist():
                    row += 1
                    yield Raw(row, str(fields)[:1_000], _plain(fields))
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        yield Bad(row + 1, "", f"damaged: {_line(error)}; the rest was not read")


def _plain(fields: dict[str, Any]) -> dict[str, object]:
    """Dates and times as text, as in any other source."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in fields.items()
    }


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
