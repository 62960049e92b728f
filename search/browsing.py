"""Going through an index by days, without a question.

Where papers were submitted to a list such as Daily Papers, a day is the one of submission, and only
those papers are listed; else it is the day of publication.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from indexer.errors import UsageError
from indexer.papers.paper import Paper
from indexer.snapshot import Days, Order, Snapshot
from indexer.where import LAST_DAY, And, Not, Submitted, Where
from search.query.filters import Filters

TRENDING_DAYS = 30
"""Up to the newest day of an index: what is trending in it, whenever it was made."""
DaySort = Literal["newest", "upvotes"]


@dataclass(frozen=True, slots=True)
class Liked:
    """Some papers of some days, those with most upvotes first.

    Attributes:
        papers: Those that were asked for.
        total: How many there are of these days.
        offset: How many were skipped.
        limit: How many were asked for.
        first: The first of these days, ``YYYY-MM-DD``; empty where there are none.
        last: The last of them.
        days: The days with papers around the last.
        indexed: How many papers the index holds.
    """

    papers: tuple[Paper, ...] = ()
    total: int = 0
    offset: int = 0
    limit: int = 0
    first: str = ""
    last: str = ""
    days: Days = field(default_factory=Days)
    indexed: int = 0


def days_around(snapshot: Snapshot, day: str) -> Days:
    """The days with papers next to ``day``, of those that are known to the day."""
    submitted = snapshot.days("submitted", day)
    if submitted.newest:
        return replace(submitted, submitted=True)
    return snapshot.days("date", day)


def papers_liked(snapshot: Snapshot, first: str, last: str, limit: int, offset: int) -> Liked:
    """Papers of the days from first to last; without a last day, of the newest day."""
    newest = days_around(snapshot, "")
    last = last or newest.newest
    first = first or last
    if not last:
        return Liked(offset=offset, limit=limit, indexed=snapshot.about.papers)
    where: Where = Submitted(first, last)
    order: Order = "submitted_upvotes"
    if not newest.submitted:
        where, order = _published(first, last), "upvotes"
    papers = snapshot.papers(snapshot.ordered(order, limit, where, offset))
    return Liked(
        tuple(papers),
        snapshot.count(where),
        offset,
        limit,
        first,
        last,
        days_around(snapshot, last),
        snapshot.about.papers,
    )


def _published(first: str, last: str) -> Where:
    """Published from day to day; on one day only what is known to the day.

    A paper of 2024 may be of any of its days, so it passes for two of one month; others don't.
    """
    where = Filters(after=first, before=last).where()
    if first != last:
        return where
    other = f"{last[:-2]}{'02' if last.endswith('01') else '01'}"
    return And((where, Not(Filters(after=other, before=other).where())))


def papers_trending(snapshot: Snapshot, limit: int, offset: int) -> Liked:
    """The papers of the last :data:`TRENDING_DAYS` days of the index."""
    newest = days_around(snapshot, "").newest
    since = days_before(newest, TRENDING_DAYS) if newest else ""
    return papers_liked(snapshot, since, newest, limit, offset)


def papers_submitted(
    snapshot: Snapshot, first: str, last: str, sort: DaySort, limit: int, offset: int
) -> list[Paper]:
    """Papers that were submitted to a list, of the days from first to last."""
    order: Order = "submitted_upvotes" if sort == "upvotes" else "submitted"
    where = Submitted(first, last or LAST_DAY)
    return snapshot.papers(snapshot.ordered(order, limit, where, offset))


def checked_day(text: str) -> str:
    """A day as ``YYYY-MM-DD``, empty for an empty text; raises ``UsageError``."""
    if not text.strip():
        return ""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise UsageError(f"date {text!r}: not a day; write YYYY-MM-DD") from None


def days_before(day: str, count: int) -> str:
    """The day that is ``count`` days before a day."""
    return (date.fromisoformat(day) - timedelta(days=count)).isoformat()
