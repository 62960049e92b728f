"""How far a harvest is; kept in the catalog, committed together with the papers of each page."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from itertools import pairwise

from indexer.errors import FetchError, UsageError
from indexer.fetch.archive import Page, Place
from indexer.papers.dates import days_before

NO_BEGINNING = (
    "the same was never fetched into this index, so --since-last has nothing to go on from; "
    "give --from DATE the first time"
)

_MAX_RESTARTS = 3
_BEFORE_ALL = "0001-01-01"
"""The day from which following goes on where a list without a first day was left unfinished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """Days are ``YYYY-MM-DD``, empty for no bound or not known.

    Attributes:
        start: First day that was asked for.
        end: Last day.
        opened: Day on which the archive answered first.
        since: Day from which following has to go on; up to there nothing is missing.
        begun: First day of the list that is being read: ``start``, or later after an expired token.
        token: Of the page to ask for next.
        reached: Day from which a new list would hold all that is still missing.
        ordered: The list has been in the order of its days so far.
        taken: How far the list is.
        total: What it counts, where that is known.
        restarts: New lists that brought nothing on, one after the other.
        done: Nothing is left to ask for.
    """

    start: str
    end: str = ""
    opened: str = ""
    since: str = ""
    begun: str = ""
    token: str = ""
    reached: str = ""
    ordered: bool = True
    taken: int = 0
    total: int | None = None
    restarts: int = 0
    done: bool = False

    @property
    def place(self) -> Place:
        """Of the page to ask for next."""
        return Place(self.begun, self.end, self.token)

    @property
    def fraction(self) -> float | None:
        """How much of the list is read."""
        if self.done:
            return 1.0
        return min(1.0, self.taken / self.total) if self.total else None

    def after(self, page: Page, day: str) -> Bookmark:
        """When ``page``, which was answered on ``day``, is taken in."""
        opened = self.opened or day
        ordered = self.ordered and _in_order(self.reached, *page.days)
        last = page.days[-1] if page.days else self.reached
        return replace(
            self,
            opened=opened,
            since=self.since if page.token else self._followed(opened),
            token=page.token,
            reached=last if ordered else self.begun,
            ordered=ordered,
            taken=self.taken + page.counted,
            total=page.total,
            done=not page.token,
        )

    def restarted(self) -> Bookmark:
        """When its token has expired: go on by day.

        Raises:
            FetchError: There is no token to do without, or new lists don't bring it on.
        """
        restarts = 0 if self.reached > self.begun else self.restarts + 1
        if not self.token or restarts > _MAX_RESTARTS:
            raise FetchError(
                "the archive's tokens expire before they can be used; what came is kept, "
                "run the same command again later"
            )
        return replace(
            self, begun=self.reached, token="", ordered=True, taken=0, total=None, restarts=restarts
        )

    def _followed(self, opened: str) -> str:
        """Where following goes on: never back, and never over days that weren't asked for."""
        reached = min(opened, self.end or opened)
        if not self.since:
            return reached
        return max(self.since, reached) if self.start <= self.since else self.since

    def to_json(self) -> str:
        """As :meth:`from_json` reads it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Bookmark:
        """What :meth:`to_json` wrote."""
        return cls(**json.loads(text))


def open_bookmark(
    old: Bookmark | None, *, start: str, end: str, since_last: bool, overlap: int
) -> Bookmark:
    """Where a harvest begins: where the last one stopped, or anew.

    Args:
        old: What is left from the last harvest of the same key.
        start: First day to ask for, empty for no bound.
        end: Last day.
        since_last: Go on from the last harvest instead.
        overlap: Days by which that goes back.

    Raises:
        UsageError: There is no last harvest, and no ``start`` to begin with.
    """
    if since_last and old is not None:
        if not old.done:
            return old
        start = "" if old.since == _BEFORE_ALL else days_before(old.since, overlap)
        end = ""
    elif since_last and not start:
        raise UsageError(NO_BEGINNING)
    elif old is not None and not old.done and (old.start, old.end) == (start, end):
        return old
    return Bookmark(start=start, end=end, begun=start, reached=start, since=_still_since(old))


def _still_since(old: Bookmark | None) -> str:
    """Where following goes on when another harvest takes the place of ``old``.

    If ``old`` is a first harvest that didn't finish, all it asked for still counts as missing.
    """
    if old is None or old.since or old.done:
        return old.since if old else ""
    return old.start or _BEFORE_ALL


def _in_order(*days: str) -> bool:
    return all(before <= after for before, after in pairwise(days))
