"""What to say of an option that nobody knows: the nearest known one."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.errors import UsageError

_LONGEST = 50
"""Characters of an unknown name that are compared: the time to compare grows with them."""
_MEANT = {
    "limit": "top_k topk k n count size num max_results page_size per_page rows first",
    "offset": "skip start from_ page p",
    "cursor": "offset skip start page",
    "after": "from since start_date date_from year_from",
    "before": "to until end_date date_to year_to",
    "sort": "order order_by sort_by",
    "q": "query question text search",
    "question": "q query text search",
    "text": "q query question",
    "category": "categories cat subject",
    "author": "authors au",
    "venue": "venues journal",
    "filters": "filter",
    "min_score": "threshold score score_threshold",
    "fields": "select columns",
    "not": "unlike exclude",
    "unlike": "not exclude",
}
"""What other services and other faces call it; of several the first that is known."""


def require_known(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``UsageError`` for the first name that nobody knows; it names the nearest known one."""
    known = tuple(known)
    for name in names:
        if name not in known:
            raise UsageError(unknown(name, known))


def unknown(name: str, known: Iterable[str]) -> str:
    """What to say of an option that nobody knows."""
    known = tuple(known)
    near = nearest(name, known)
    return f"no option {name}; " + (f"did you mean {near}?" if near else _all_of(known))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody means by another, if there is one like it."""
    from difflib import get_close_matches

    known, name = tuple(known), name[:_LONGEST]
    meant = [one for one, others in _MEANT.items() if one in known and name in others.split()]
    close = meant or get_close_matches(name, known, 1, 0.6)
    return close[0] if close else None


def _all_of(known: tuple[str, ...]) -> str:
    return f"there are {', '.join(known)}" if known else "there are none"
