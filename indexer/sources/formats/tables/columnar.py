"""Parquet and Arrow tables, read in batches of rows by pyarrow, which is an extra.

Only the columns are read that say something of a paper. Lines are rows here, from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import TYPE_CHECKING, Any, BinaryIO

from indexer.errors import SourceError
from indexer.sources.formats.tables.layout import Layout
from indexer.sources.reading.raw import Bad, Columns, Raw

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Scalar, Schema

PARQUET, ARROW, ARROW_STREAM = b"PAR1", b"ARROW1", b"\xff\xff\xff\xff"
"""How the content of each begins."""
_MOMENTS = (date, time)
ROWS = 256
"""Rows in one batch."""

HINT = "reading Parquet and Arrow needs pyarrow; run `pip install 'nearpaper[parquet]'`"


def read_parquet(stream: BinaryIO) -> Iterator[Raw | Bad | Columns]:
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
        layout = _layout(table.schema_arrow)
    except (ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
        raise SourceError(f"not a Parquet file: {_line(error)}") from None
    yield layout.described(0)
    yield from _rows(table.iter_batches(batch_size=ROWS, columns=_wanted(layout)), layout)


def read_arrow(stream: BinaryIO) -> Iterator[Raw | Bad | Columns]:
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
        layout = _layout(batches.schema)
    except (ArrowException, OSError, MemoryError, UnicodeDecodeError) as error:
        raise SourceError(f"not an Arrow file: {_line(error)}") from None
    yield layout.described(0)
    yield from _rows((batch.select(_wanted(layout)) for batch in batches), layout)


def _layout(schema: Schema) -> Layout:
    """What the columns are taken for; raises ``SourceError`` if none has text."""
    layout = Layout(schema.names)
    if not layout.has_text:
        raise SourceError("no column of titles or abstracts")
    return layout


def _wanted(layout: Layout) -> list[str]:
    return list(dict.fromkeys(column.heading for column in layout.columns))


def _rows(batches: Iterable[RecordBatch], layout: Layout) -> Iterator[Raw | Bad]:
    from pyarrow import ArrowException

    row = 0
    try:
        for batch in batches:
            batch.validate(full=True)  # what is damaged would end the process
            for start in range(0, batch.num_rows, ROWS):
                for fields in _records(batch.slice(start, ROWS)):
                    row += 1
                    cells = [_plain(fields.get(heading)) for heading in layout.headings]
                    yield Raw(row, str(fields)[:1_000], layout.fields(cells))
    except (ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        yield Bad(row + 1, "", f"damaged: {_line(error)}; the rest was not read")


def _records(batch: RecordBatch) -> list[dict[str, Any]]:
    """The rows; where Python has no such value, as of a date in the year 10000, it is unknown."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except OverflowError:
        names = batch.schema.names
        columns = [[_value(scalar) for scalar in column] for column in batch.columns]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return rows


def _value(scalar: Scalar) -> object:
    try:
        return scalar.as_py()
    except OverflowError:
        return None


def _plain(value: object) -> object:
    """Dates and times as text, as in any other source."""
    return value.isoformat() if isinstance(value, _MOMENTS) else value


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
