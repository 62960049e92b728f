"""Which papers may be answered: dates, categories, authors and venues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from indexer.errors import UsageError
from indexer.local.catalog.history import Arrivals
from indexer.local.segments.columns import Columns, Mask, period_end
from indexer.local.segments.generation import Generation
from indexer.papers.paper import date_key, parse_date

_LAST = 9999_12_31
MAX_VALUES = 50
"""Values of one condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All conditions must hold; within one tuple any value will do. Empty means "any".

    A paper whose date is known to the year or month only passes when its year or month overlaps
    with the range; one without a date passes no range.

    Attributes:
        after: First day, month or year (inclusive), as ``YYYY[-MM[-DD]]``.
        before: Last day, month or year (inclusive), likewise.
        categories: ``cs.CL``, or a whole archive such as ``cs``.
        authors: Words of a name in any order, e.g. ``bengio`` or ``Y. Bengio``.
        venues: Words of a venue's name.
        arrivals: Which papers are new to the index, as ``Engine.history`` gives them.
    """

    after: str = ""
    before: str = ""
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    arrivals: Arrivals | None = None

    def __post_init__(self) -> None:
        first, last = self._range()
        if first > period_end(last):
            raise UsageError(f"after {self.after} and before {self.before}: no date is in between")
        for values in (self.categories, self.authors, self.venues):
            if len(values) > MAX_VALUES:
                raise UsageError(f"{len(values)} values for one filter: at most {MAX_VALUES}")

    def _range(self) -> tuple[int, int]:
        first, last = _key(self.after, "after"), _key(self.before, "before")
        return first, last or _LAST

    def as_dict(self) -> dict[str, str | list[str]]:
        """The conditions that are set, by name; without arrivals, which nobody can write down."""
        named: dict[str, str | tuple[str, ...]] = {
            "after": self.after,
            "before": self.before,
            "category": self.categories,
            "author": self.authors,
            "venue": self.venues,
        }
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in named.items()
            if value
        }

    def select(self, generation: Generation) -> Mask:
        """Where live papers of a generation pass, exactly."""
        mask = generation.live
        for condition in self._conditions(generation):
            mask = mask & condition
        return mask

    def _conditions(self, generation: Generation) -> Iterator[Mask]:
        if self.after or self.before:
            first, last = self._range()
            yield generation.mask(lambda columns: columns.dated(first, last))
        if self.arrivals is not None:
            yield self.arrivals.select(generation)
        lists = (("category", self.categories), ("author", self.authors), ("venue", self.venues))
        for field, values in lists:
            if values:
                yield generation.mask(_having_any(field, values))


def _having_any(field: str, values: tuple[str, ...]) -> Callable[[Columns], Mask]:
    return lambda columns: np.logical_or.reduce([columns.having(field, value) for value in values])


def _key(date: str, name: str) -> int:
    if not date:
        return 0
    try:
        return date_key(parse_date(date))
    except ValueError:
        raise UsageError(
            f"{name} {date!r}: not a date; write YYYY, YYYY-MM or YYYY-MM-DD"
        ) from None


ANY = Filters()
"""Every paper passes."""
