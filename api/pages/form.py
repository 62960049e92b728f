"""What the search form holds, and the addresses that ask it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

from search.answer.answer import MAX_QUESTION

_YES = ("1", "t", "true", "y", "yes", "on")  # What pydantic reads as true.


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the search form holds; values stand as they were typed, right or wrong."""

    q: str = ""
    similar: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    category: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    venue: tuple[str, ...] = ()
    mode: str = "hybrid"
    sort: str = "relevance"
    min_score: str = ""
    explain: bool = False
    limit: str = ""

    @classmethod
    def of(cls, request: Request) -> Form:
        """As the request filled it in."""
        asked = request.query_params

        def all_of(name: str) -> tuple[str, ...]:
            return tuple(value.strip() for value in asked.getlist(name) if value.strip())

        return cls(
            q=asked.get("q", "").strip()[:MAX_QUESTION],
            similar=all_of("similar"),
            unlike=all_of("not"),
            after=asked.get("after", "").strip(),
            before=asked.get("before", "").strip(),
            category=all_of("category"),
            author=all_of("author"),
            venue=all_of("venue"),
            mode=asked.get("mode", "hybrid"),
            sort=asked.get("sort", "relevance"),
            min_score=asked.get("min_score", ""),
            explain=asked.get("explain", "").lower() in _YES,
            limit=asked.get("limit", ""),
        )

    @property
    def filtered(self) -> bool:
        """Whether anything of the filters and orders is filled in."""
        chosen = (self.after, self.before, self.category, self.author, self.venue)
        return any(chosen) or (self.mode, self.sort) != ("hybrid", "relevance")

    def address(self, offset: int = 0) -> str:
        """The page that starts at ``offset``, without what is empty or the default."""
        return "/?" + self._query({"offset": str(offset or "")})

    def export_address(self, name: str, offset: int) -> str:
        """The same papers from the API, in a format by its name."""
        own = {"format": name, "offset": str(offset or "")}
        if self.q:
            return "/api/v1/search?" + self._query(own)
        return "/api/v1/similar?" + self._query({**own, "similar": (), "id": self.similar})

    def _query(self, own: Mapping[str, str | tuple[str, ...]]) -> str:
        fields: dict[str, str | tuple[str, ...]] = {
            "q": self.q,
            "similar": () if self.q else self.similar,
            "not": () if self.q else self.unlike,
            "after": self.after,
            "before": self.before,
            "category": self.category,
            "author": self.author,
            "venue": self.venue,
            "mode": "" if self.mode == "hybrid" else self.mode,
            "sort": "" if self.sort == "relevance" else self.sort,
            "min_score": self.min_score,
            "explain": "1" if self.explain else "",
            "limit": self.limit,
            **own,
        }
        return urlencode({name: v for name, v in fields.items() if v}, doseq=True)
