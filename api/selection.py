"""How to search and what to give, as every face takes it and the engine wants it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from search.answer.answer import Explain, Mode, Sort

if TYPE_CHECKING:
    from search.query.filters import Filters


class Selection(TypedDict):
    """Keyword arguments that ``Engine.search`` and ``Engine.similar`` share."""

    filters: Filters
    mode: Mode
    sort: Sort
    limit: int
    offset: int
    min_score: float
    explain: Explain


def selection(
    *,
    after: str,
    before: str,
    category: Iterable[str] | None,
    author: Iterable[str] | None,
    venue: Iterable[str] | None,
    mode: Mode,
    sort: Sort,
    limit: int,
    offset: int,
    min_score: float,
    explain: bool,
) -> Selection:
    """Empty values, such as the untouched fields of a form, mean "any"."""
    from search.query.filters import Filters

    return Selection(
        filters=Filters(
            after=after.strip(),
            before=before.strip(),
            categories=given(category),
            authors=given(author),
            venues=given(venue),
        ),
        mode=mode,
        sort=sort,
        limit=limit,
        offset=offset,
        min_score=min_score,
        explain=explain,
    )


def given(values: Iterable[str] | None) -> tuple[str, ...]:
    """The values that aren't blank, without white space around them."""
    return tuple(value.strip() for value in values or () if value.strip())
