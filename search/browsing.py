"""Going through an index by days, without a question.

Where papers were submitted to a list such as Daily Papers, a day is the one of submission, and only
those papers are listed; else it is the day of publication.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from indexer.errors import UsageError
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.submissions import Submissions
from indexer.local.segments.generation import Generation
from indexer.papers.paper import Paper, date_key

BEYOND = "~"
"""After every day."""
TRENDING_DAYS = 30
"""Up to the newest day of an index: what is trending in it, whenever it was made."""


@dataclass(frozen=True, slots=True)
class Days:
    """Days that papers are of, as ``YYYY-MM-DD``, empty where there is none.

    Attributes:
        newest: The last of all.
        previous: The last before the day that was asked about.
        following: The first after it.
        submitted: They are days of submission to a list, not of publication.
    """

    newest: str = ""
    previous: str = ""
    following: str = ""
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class Liked:
    """Some papers of some days, those with most upvotes first.

    Attributes:
        papers: Those that were asked for.
        total: How many there are of these days.
        offset: How many were passed over.
        limit: How many were asked for.
    """

    papers: tuple[Paper, ...] = ()
    total: int = 0
    offset: int = 0
    limit: int = 0


def days_around(generation: Generation, catalog: Catalog, day: str) -> Days:
    """The days with papers next to ``day``, of those that are known to the day."""
    submissions = Submissions(catalog, generation.manifest.change)
    newest = submissions.last_day(BEYOND)
    if not newest:
        return _published_around(generation, day)
    return Days(
        newest,
        submissions.last_day(day),
        submissions.first_day(day) if day else "",
        submitted=True,
    )


def _published_around(generation: Generation, day: str) -> Days:
    dates = generation.gather("dates", generation.live)
    dates = dates[dates % 100 > 0]
    asked = date_key(day) if day else 0
    before, after = dates[dates < asked], dates[dates > asked]
    return Days(
        newest=_day(int(dates.max())) if len(dates) else "",
        previous=_day(int(before.max())) if len(before) else "",
        following=_day(int(after.min())) if len(after) and asked else "",
    )


def asked_day(text: str) -> str:
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


def _day(key: int) -> str:
    return f"{key // 10_000:04}-{key // 100 % 100:02}-{key % 100:02}"
