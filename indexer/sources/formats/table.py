"""Tables with a header: comma-, semicolon- or tab-separated values, quoted as spreadsheets do."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from indexer.errors import SourceError
from indexer.papers.fields import lower_keys
from indexer.papers.paper import TEXT_NAMES
from indexer.sources.reading.raw import BAD_BYTES, Bad, Line, Raw, decode, has_bad_bytes, read_lines

MAX_ROW_LINES = 1_000
"""Lines of one row, whose fields may hold line breaks."""


def read_csv(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """Rows separated by commas or semicolons, whichever the header shows."""
    return _read_table(stream, ",;")


def read_tsv(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """Rows separated by tabs."""
    return _read_table(stream, "\t")


def find_delimiter(header: str, delimiters: str) -> str | None:
    """The delimiter by which ``header`` has a column of titles or abstracts, if any does."""
    for delimiter in delimiters:
        try:
            names = next(csv.reader([header], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if not TEXT_NAMES.isdisjoint(lower_keys(dict.fromkeys(names, True))):
            return delimiter
    return None


def _read_table(stream: BinaryIO, delimiters: str) -> Iterator[Raw | Bad]:
    lines = _Lines(read_lines(stream))
    header = next((text for text in lines if text.strip()), "")
    delimiter = find_delimiter(header, delimiters)
    if delimiter is None:
        raise SourceError("its first line names no column of titles or abstracts")
    names = next(csv.reader([header], delimiter=delimiter))
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield lines.reject_first(f"not a row of the table: {error}")
            continue
        if any(row):
            yield _record(names, row, lines.taken)


def _record(names: list[str], row: list[str], lines: list[Line]) -> Raw | Bad:
    number, text = lines[0].number, b"".join(line.data for line in lines)
    if len(row) != len(names):
        return Bad(number, text, f"{len(row)} columns where the header has {len(names)}")
    if any(map(has_bad_bytes, row)):
        return Bad(number, text, BAD_BYTES)
    return Raw(number, text, dict(zip(names, row, strict=True)))


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

    def reject_first(self, reason: str) -> Bad:
        """The first line taken as a reject; the others will be read again."""
        first, *others = self.taken
        self._returned.extendleft(reversed(others))
        return Bad(first.number, first.data, reason)
