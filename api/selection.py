"""Filters, order and page of a search, as every face takes them and the engine wants them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from search.answer import Sort
from search.filters import Filters


class Selection(TypedDict):
    """Keyword arguments that ``Engine.search`` and ``Engine.similar`` share."""

    filters: Filters
    sort: Sort
    limit: int
    offset: int


def selection(
    *,
    after: str | None,
    before: str | None,
    categories: Iterable[str] | None,
    authors: Iterable[str] | None,
    venues: Iterable[str] | None,
    sort: Sort,
    limit: int,
    offset: int,
) -> Selection:
    """Empty values, such as the untouched fields of a form, mean "any"."""
    return Selection(
        filters=Filters(
            after=(after or "").strip(),
            before=(before or "").strip(),
            categories=_given(categories),
            authors=_given(authors),
            venues=_given(venues),
        ),
        sort=sort,
        limit=limit,
        offset=offset,
    )


def _given(values: Iterable[str] | None) -> tuple[str, ...]:
    return tuple(value.strip() for value in values or () if value.strip())
