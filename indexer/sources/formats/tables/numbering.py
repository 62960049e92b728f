"""Ids that only count the rows of a table, which every other table has, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from indexer.papers.fields import first_of
from indexer.sources.formats.tables.headings import ABSTRACT, DOI, OWN, TITLE
from indexer.sources.formats.tables.layout import without_number
from indexer.sources.reading.raw import Bad, Raw

T = TypeVar("T")

ROW = "row number"
"""The field in which a record keeps the number that was its id."""
MAX_ROWS = 1_000
"""Rows by which it is told whether ids count."""
MAX_BYTES = 4_000_000
"""Of these rows."""


def uncounted(items: Iterable[T]) -> Iterator[T]:
    """The items of a table; where ids count up without gaps, they move from ``id`` to ``ROW``.

    Rejects may stand between; a count may begin anew, as in tables that were put together. Where
    most rows say the same otherwise, the numbers are all that tells them apart, and stay.
    """
    left = iter(items)
    ahead, count = [], _Count()
    for item in left:
        ahead.append(item)
        if not count.goes_on(item) or count.rows >= MAX_ROWS or count.bytes >= MAX_BYTES:
            break
    if not count.counts:
        yield from chain(ahead, left)
        return
    again = _Count()
    for item in chain(ahead, left):
        yield _moved(item) if again.goes_on(item) and isinstance(item, Raw) else item


def _moved(item: T) -> T:
    if not isinstance(item, Raw):
        return item
    fields = {**without_number(item.fields), ROW: str(item.fields[OWN])}
    return item._replace(fields=fields)


class _Count:
    """The numbers of the rows so far."""

    def __init__(self) -> None:
        self.rows = self.bytes = self._rejects = 0
        self._first: int | None = None
        self._last: int | None = None
        self._goes_on = True
        self._names: set[object] = set()

    @property
    def counts(self) -> bool:
        """Whether these are numbers of rows; one alone is where it is the first there can be."""
        enough = self.rows > 1 or (self.rows == 1 and self._last in (0, 1))
        return self._goes_on and enough and 2 * len(self._names) > self.rows

    def goes_on(self, item: object) -> bool:
        """Whether an item goes on with the count; one that is no row doesn't end it."""
        if isinstance(item, Bad):
            self._rejects += 1
        if not isinstance(item, Raw):
            return self._goes_on
        number, last = _number(item.fields), self._last
        follows = last is None or (
            number is not None and (number == self._first or 0 < number - last <= 1 + self._rejects)
        )
        self._goes_on = self._goes_on and number is not None and follows
        self.rows += 1
        if self.rows <= MAX_ROWS:
            self._names.add(str(first_of(item.fields, (DOI, TITLE, ABSTRACT))))
        self.bytes += len(item.text)
        self._last, self._rejects = number, 0
        self._first = number if self.rows == 1 else self._first
        return self._goes_on


def _number(fields: Mapping[str, object]) -> int | None:
    value = fields.get(OWN)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.removesuffix(".0") if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 15 else None
