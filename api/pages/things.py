"""What has a page of its own beside papers: authors, venues, categories and years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, urlencode

from search.options import SearchOptions

Kind = Literal["author", "venue", "category", "year"]
Sort = Literal["newest", "upvotes"]
SORTS: tuple[Sort, ...] = ("newest", "upvotes")


@dataclass(frozen=True, slots=True)
class Thing:
    """One of them: a search by one filter, at an address of its own.

    Attributes:
        kind: What it is.
        name: As the filter takes it.
    """

    kind: Kind
    name: str

    @property
    def filters(self) -> Mapping[str, str]:
        """The filter by the names of :class:`~search.options.SearchOptions`."""
        if self.kind == "year":
            return {"after": self.name, "before": self.name}
        return {self.kind: self.name}

    def options(self, *, sort: Sort, offset: int, limit: int, year: str = "") -> SearchOptions:
        """The search for its papers, of one year if there is one."""
        dated = {"after": year, "before": year} if year else {}
        given = {**dated, **self.filters}
        names = {name: (value,) for name, value in given.items() if name in _LISTS}
        return SearchOptions(sort=sort, offset=offset, limit=limit, **{**given, **names})  # type: ignore[arg-type]

    def address(self, **more: str) -> str:
        """The page, with what else is set: ``sort``, ``offset``, ``year``, ``format``."""
        query = {name: value for name, value in more.items() if value}
        if self.kind in _NAMED:
            return f"/{_PLURALS[self.kind]}?{urlencode({'name': self.name, **query})}"
        base = f"/{_PLURALS[self.kind]}/{quote(self.name)}"
        return f"{base}?{urlencode(query)}" if query else base


_PLURALS = {"author": "authors", "venue": "venues", "category": "categories", "year": "years"}
_NAMED = ("author", "venue")
_LISTS = ("author", "venue", "category")


@lru_cache(maxsize=10_000)
def thing_address(name: str, kind: Kind) -> str:
    """The page of a thing, for templates."""
    return Thing(kind, name).address()
