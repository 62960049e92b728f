"""Rows of a table as records, by what its columns are taken for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from indexer.papers.paper import TEXT_NAMES, title_id
from indexer.sources.formats.tables import cells
from indexer.sources.formats.tables.headings import (
    ABSTRACT,
    AUTHORS,
    CATEGORIES,
    DATE,
    DAY,
    DOI,
    MONTH,
    OTHER,
    OWN,
    TITLE,
    URL,
    YEAR,
    Column,
    columns_of,
    unused,
)
from indexer.sources.reading.raw import Columns

_READ: Mapping[str, Callable[[object], object]] = {
    AUTHORS: cells.names,
    CATEGORIES: cells.terms,
    URL: cells.address,
}
_TIMES = (DATE, YEAR, MONTH, DAY)


class Layout:
    """What the columns of a table are taken for.

    Attributes:
        columns: Those that say something of a paper.
        meaning: How many different things they say.
        has_text: Whether one of them holds titles or abstracts.
    """

    def __init__(self, headings: Sequence[str]) -> None:
        self.headings = list(headings)
        self.columns = columns_of(headings)
        self._by_role: dict[str, list[Column]] = defaultdict(list)
        for column in self.columns:
            self._by_role[column.role].append(column)
        times = [role for role in _TIMES if role in self._by_role]
        # Mostly there is but one, whose text is read where dates are.
        alone = times if len(times) == 1 and len(self._by_role[times[0]]) == 1 else []
        self._dated = bool(times) and not alone
        self._plain = [
            (DATE if role in alone else role, _reader(role, column), column.place)
            for role, columns in self._by_role.items()
            if role in alone or (role not in _TIMES and role != OTHER)
            for column in reversed(columns)
        ]
        self.meaning = len(self._by_role)
        self.has_text = not TEXT_NAMES.isdisjoint(self._by_role)

    def described(self, line: int) -> Columns:
        """What the table's columns were taken for, for whoever reads the summary."""
        used = {column.heading: column.role for column in self.columns}
        return Columns(line, used, unused(self.headings, self.columns))

    def fields(self, row: Sequence[object]) -> dict[str, object]:
        """The fields of a row, which has as many cells as the table has headings."""
        found: dict[str, object] = {}
        for role, read, place in self._plain:
            value = row[place]
            if not isinstance(value, str) or len(value) <= cells.LONGEST_UNKNOWN:
                value = cells.cell(value)
            if value is not None:
                found[role] = read(value) if read else value
        if self._dated:
            found[DATE] = self._date(row)
        if OTHER in self._by_role:
            self._identify(found, row)
        return found

    def _values(self, row: Sequence[object], role: str) -> list[object]:
        values = (cells.cell(row[column.place]) for column in self._by_role.get(role, ()))
        return [value for value in values if value is not None]

    def _date(self, row: Sequence[object]) -> object:
        year, month, day = (next(iter(self._values(row, role)), None) for role in _TIMES[1:])
        return cells.date(self._values(row, DATE), year, month, day)

    def _identify(self, found: dict[str, object], row: Sequence[object]) -> None:
        """All names of the paper; without an id or a DOI of its own it goes by the first."""
        named = []
        for column in self._by_role[OTHER]:
            value = cells.cell(row[column.place])
            for one in (
                cells.listed(value.strip()) or [value] if isinstance(value, str) else _list(value)
            ):
                text = str(one).strip().removesuffix(".0")
                if column.prefix or not text.isdecimal():  # numbers of whoever
                    named.append(text if ":" in text else f"{column.prefix}{text}")
        found[OTHER] = named
        if named and OWN not in found and DOI not in found:
            found[OWN] = named[0]


def _reader(role: str, column: Column) -> Callable[[object], object] | None:
    """What reads a column's cells; ``None`` where they stay as they are."""
    if column.family_first:
        return partial(cells.names, family_first=True)
    return cells.any_date if role in _TIMES else _READ.get(role)


def without_number(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields without an id that only counts rows."""
    rest = {name: value for name, value in fields.items() if name != OWN}
    if not rest.get(TITLE) and not rest.get(DOI) and rest.get(ABSTRACT):
        rest[OWN] = title_id(str(rest[ABSTRACT]))
    return rest


def _list(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
