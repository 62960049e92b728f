"""What the routes read from a request, and within which bounds."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from api.lazy import LazyEngine
from api.selection import Selection, selection
from search.answer import MAX_DEPTH, MAX_LIMIT, Sort
from search.filters import MAX_VALUES

MAX_VALUE = 500
"""Characters of an id or of a filter's value; the longest DOIs and names are shorter."""

_Text = Annotated[str, Query(max_length=MAX_VALUE)]
_DATE = "YYYY, YYYY-MM or YYYY-MM-DD, inclusive."


async def chosen(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Results in the answer.")] = 10,
    offset: Annotated[
        int,
        Query(
            ge=0,
            le=MAX_DEPTH - 1,
            description=f"Results passed over; with limit at most {MAX_DEPTH}.",
        ),
    ] = 0,
    after: Annotated[
        str, Query(max_length=MAX_VALUE, description=f"First date: {_DATE}", examples=["2023-11"])
    ] = "",
    before: Annotated[
        str, Query(max_length=MAX_VALUE, description=f"Last date: {_DATE}", examples=["2024"])
    ] = "",
    category: Annotated[
        tuple[_Text, ...],
        Query(
            max_length=MAX_VALUES,
            description="A category or a whole archive; repeat it for any of several.",
            examples=["cs.CL"],
        ),
    ] = (),
    author: Annotated[
        tuple[_Text, ...],
        Query(
            max_length=MAX_VALUES,
            description="Words of a name; repeat it for any of several.",
            examples=["bengio"],
        ),
    ] = (),
    venue: Annotated[
        tuple[_Text, ...],
        Query(
            max_length=MAX_VALUES,
            description="Words of a venue's name; repeat it for any of several.",
            examples=["NeurIPS"],
        ),
    ] = (),
    sort: Annotated[Sort, Query(description="Order of the results.")] = "relevance",
) -> Selection:
    """Filters, order and page of a search."""
    return selection(
        after=after,
        before=before,
        categories=category,
        authors=author,
        venues=venue,
        sort=sort,
        limit=limit,
        offset=offset,
    )


async def lazy_engine(request: Request) -> LazyEngine:
    """The engine behind the service."""
    lazy: LazyEngine = request.app.state.engine
    return lazy


Chosen = Annotated[Selection, Depends(chosen)]
Lazy = Annotated[LazyEngine, Depends(lazy_engine)]
