"""Tables with a header as text, their values quoted as spreadsheets do.

Commas, semicolons, tabs or bars separate them. Notes may stand above the header.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from indexer.errors import SourceError
from indexer.sources.formats.tables.layout import Layout
from indexer.sources.reading.raw import (
    BAD_BYTES,
    MAX_LINE,
    Bad,
    Columns,
    Line,
    Raw,
    decode,
    has_bad_bytes,
    read_lines,
)

MAX_ROW_LINES = 1_000
"""Lines of one row, whose fields may hold line breaks."""
MAX_NOTES = 50
"""Lines among which the header is looked for."""
_LONGEST_HEADER = 100_000
_LONGEST_HEADING = 100
_ENOUGH = 3
"""Columns that say something, from which on a line is a header beyond doubt."""
DELIMITERS = ",;\t|"

# By itself csv refuses cells of more than 128 KB, which lists of references have.
csv.field_size_limit(MAX_LINE)


class Header(NamedTuple):
    """The header of a table.

    Attributes:
        place: Of its line among those that were looked at, from 0.
        delimiter: What separates its values.
        layout: What its columns are taken for.
    """

    place: int
    delimiter: str
    layout: Layout


def read_csv(stream: BinaryIO) -> Iterator[Raw | Bad | Columns]:
    """Rows separated by whatever shows the most columns that say something."""
    return _read_table(stream, DELIMITERS)


def read_tsv(stream: BinaryIO) -> Iterator[Raw | Bad | Columns]:
    """Rows separated by tabs."""
    return _read_table(stream, "\t")


def find_header(lines: Sequence[str], delimiters: str = DELIMITERS) -> Header | None:
    """The line that names the most columns that say something, one with texts among them.

    Below the first line one column is not enough, since notes may consist of such a word.
    """
    best: Header | None = None
    for place, line in enumerate(lines[:MAX_NOTES]):
        for delimiter in delimiters:
            layout = _layout(line, delimiter)
            enough = layout and layout.has_text and layout.meaning > (1 if place else 0)
            if layout and enough and (best is None or layout.meaning > best.layout.meaning):
                best = Header(place, delimiter, layout)
        if best and best.layout.meaning >= _ENOUGH:
            break
    return best


def _layout(line: str, delimiter: str) -> Layout | None:
    if len(line) > _LONGEST_HEADER:
        return None
    try:
        names = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    return Layout(names) if max(map(len, names), default=0) <= _LONGEST_HEADING else None


def _read_table(stream: BinaryIO, delimiters: str) -> Iterator[Raw | Bad | Columns]:
    lines = _Lines(read_lines(stream))
    ahead = lines.ahead(MAX_NOTES)
    header = find_header([decode(line.data[: _LONGEST_HEADER + 1]) for line in ahead], delimiters)
    if header is None:
        raise SourceError(
            "its first line names no column of titles or abstracts, nor does one below; "
            "write a header such as title,authors,year,abstract"
        )
    place, delimiter, layout = header
    lines.give_back(ahead[place + 1 :])
    yield layout.described(ahead[place].number)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        try:
            row, reason = next(rows), ""
        except StopIteration:
            return
        except csv.Error as error:
            row, reason = [], f"not a row of the table: {error}"
        # Many programs that separate by tabs quote nothing.
        if (reason or not _fits(row, layout)) and (cells := _unquoted(lines.taken[0], header)):
            lines.give_back(lines.taken[1:])
            yield _record(layout, cells, lines.taken[:1])
        elif reason:
            yield lines.reject_first(reason)
        elif any(row) and row != layout.headings:
            yield _record(layout, row, lines.taken)


def _unquoted(line: Line, header: Header) -> list[str]:
    """A line split at its tabs, if it is a row as it stands; else nothing."""
    if header.delimiter != "\t" or line.reason:
        return []
    cells = decode(line.data).rstrip("\r\n").split("\t")
    return cells if len(cells) > 1 and _fits(cells, header.layout) else []


def _fits(row: Sequence[str], layout: Layout) -> bool:
    """Whether a row has the header's columns; empty ones may stand behind them."""
    columns = len(layout.headings)
    return len(row) >= columns and not any(row[columns:])


def _record(layout: Layout, row: list[str], lines: list[Line]) -> Raw | Bad:
    number, text = lines[0].number, b"".join(line.data for line in lines)
    columns = len(layout.headings)
    if len(row) != columns:
        if not _fits(row, layout):
            return Bad(number, text, f"{len(row)} columns where the header has {columns}")
        del row[columns:]
    if not text.isascii() and any(map(has_bad_bytes, row)):
        return Bad(number, text, BAD_BYTES)
    return Raw(number, text, layout.fields(row))


class _Lines:
    """The lines of a table as text, which can be given back.

    A quote that is never closed makes one row of all that follows. Such a row is rejected for
    its first line alone: the lines behind it are given back and read again.
    """

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._returned: deque[Line] = deque()
        self.taken: list[Line] = []
        """The lines of the row that is being read."""

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        if line.reason:
            raise csv.Error(line.reason)
        if len(self.taken) > MAX_ROW_LINES:
            raise csv.Error(f"more than {MAX_ROW_LINES:,} lines in one row")
        return decode(line.data)

    def ahead(self, count: int) -> list[Line]:
        """The next lines, fewer only at the end; whoever takes them gives back the rest."""
        return list(islice(self._lines, count))

    def give_back(self, lines: Sequence[Line]) -> None:
        """Let these be read next."""
        self._returned.extendleft(reversed(lines))

    def reject_first(self, reason: str) -> Bad:
        """The first line taken as a reject; the others will be read again."""
        first, *others = self.taken
        self.give_back(others)
        return Bad(first.number, first.data, reason)
