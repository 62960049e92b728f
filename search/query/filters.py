"""Which papers may be answered: dates, categories, authors and venues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from indexer.errors import UsageError
from indexer.papers.dates import date_key, parse_date, period_end
from indexer.where import ALL, And, Arrived, Dates, Has, ListField, Not, Or, Retracted, Where
from search.limits import MAX_VALUES
from search.query.names import spellings

RetractedChoice = Literal["any", "only", "none"]
RETRACTED_CHOICES: tuple[RetractedChoice, ...] = ("any", "only", "none")
_LAST = 9999_12_31


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
        retracted: ``any``, ``only`` retracted papers, or ``none`` of them.
        arrivals: Only papers that came with some changes, see ``Engine.history``.
    """

    after: str = ""
    before: str = ""
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    retracted: RetractedChoice = "any"
    arrivals: Arrived | None = None

    def __post_init__(self) -> None:
        if self.retracted not in RETRACTED_CHOICES:
            raise UsageError(
                f"retracted {self.retracted!r}: must be one of {', '.join(RETRACTED_CHOICES)}"
            )
        first, last = self._range()
        if first > period_end(last):
            raise UsageError(f"after {self.after} and before {self.before}: no date is in between")
        for name, values in self._lists():
            if len(values) > MAX_VALUES:
                raise UsageError(f"{name}: {len(values)} values; at most {MAX_VALUES}")

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
            "retracted": "" if self.retracted == "any" else self.retracted,
        }
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in named.items()
            if value
        }

    def as_choices(self) -> dict[str, Any]:
        """The same as the flat options of :class:`~search.options.SearchOptions`."""
        return {
            "after": self.after,
            "before": self.before,
            "category": self.categories,
            "author": self.authors,
            "venue": self.venues,
            "retracted": self.retracted,
            "arrived": self.arrivals,
        }

    def where(self) -> Where:
        """Which papers pass, exactly."""
        each: list[Where] = []
        if self.after or self.before:
            each.append(Dates(*self._range()))
        if self.retracted != "any":
            each.append(Retracted() if self.retracted == "only" else Not(Retracted()))
        if self.arrivals is not None:
            each.append(self.arrivals)
        for name, values in self._lists():
            if values:
                each.append(any_of(name, values))
        return each[0] if len(each) == 1 else And(tuple(each)) if each else ALL

    def _lists(self) -> tuple[tuple[ListField, tuple[str, ...]], ...]:
        return ("category", self.categories), ("author", self.authors), ("venue", self.venues)


def any_of(field: ListField, values: tuple[str, ...], *, whole: bool = False) -> Where:
    """A field has any of some values; authors in each of their spellings."""
    if field == "author":
        values = tuple(dict.fromkeys(one for value in values for one in spellings(value)))
    conditions = tuple(Has(field, value, whole) for value in values)
    return conditions[0] if len(conditions) == 1 else Or(conditions)


def _key(date: str, name: str) -> int:
    if not date:
        return 0
    try:
        return date_key(parse_date(date))
    except ValueError:
        raise UsageError(
            f"{name} {date!r}: not a date; write YYYY, YYYY-MM or YYYY-MM-DD"
        ) from None
