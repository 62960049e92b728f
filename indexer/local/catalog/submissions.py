"""The papers of an index that were submitted to a list such as Daily Papers, by their days."""

from __future__ import annotations

from indexer.local.catalog.catalog import Catalog
from indexer.snapshot import Days
from indexer.where import LAST_DAY

_BEYOND = "~"
"""After every day."""


class Submissions:
    """Of the papers that were live after ``change``; days are ``YYYY-MM-DD``."""

    def __init__(self, catalog: Catalog, change: int) -> None:
        self._database, self._change = catalog.database, change

    def rows(self, first: str, last: str) -> list[int]:
        """Row ids of the papers of the days from first to last, in no order."""
        records = self._database.rows(
            "SELECT row FROM papers WHERE submitted <> '' AND submitted BETWEEN ? AND ? "
            "AND born <= ? AND (died IS NULL OR died > ?)",
            *(first, last, self._change, self._change),
        )
        return [record[0] for record in records]

    def ordered(
        self,
        first: str = "",
        last: str = LAST_DAY,
        *,
        by_upvotes: bool,
        limit: int = -1,
        offset: int = 0,
    ) -> list[int]:
        """Row ids of papers of the days from first to last, by default of all of them.

        The newest day first and within it the most upvotes, or the most upvotes first throughout.
        """
        records = self._database.rows(
            "SELECT row FROM papers WHERE submitted <> '' AND submitted BETWEEN ? AND ? "
            "AND born <= ? AND (died IS NULL OR died > ?) ORDER BY "
            "CASE WHEN ? THEN upvotes END DESC, submitted DESC, upvotes DESC, row LIMIT ? OFFSET ?",
            *(first, last, self._change, self._change, by_upvotes, limit, offset),
        )
        return [record[0] for record in records]

    def count(self, first: str, last: str) -> int:
        """How many papers are of the days from first to last."""
        found = self._database.rows(
            "SELECT count(*) FROM papers WHERE submitted <> '' AND submitted BETWEEN ? AND ? "
            "AND born <= ? AND (died IS NULL OR died > ?)",
            *(first, last, self._change, self._change),
        )
        return int(found[0][0])

    def days(self, around: str) -> Days:
        """The last day of all, and the days next to ``around``, if that is one."""
        return Days(
            newest=self._last_day(_BEYOND),
            previous=self._last_day(around),
            following=self._first_day(around) if around else "",
        )

    def _last_day(self, before: str) -> str:
        """The last day before a day that has papers, empty for none."""
        return self._day(
            "SELECT submitted FROM papers WHERE submitted <> '' AND submitted < ? "
            "AND length(submitted) = 10 AND born <= ? AND (died IS NULL OR died > ?) "
            "ORDER BY submitted DESC LIMIT 1",
            before,
        )

    def _first_day(self, after: str) -> str:
        """The first day after a day that has papers, empty for none."""
        return self._day(
            "SELECT submitted FROM papers WHERE submitted <> '' AND submitted > ? "
            "AND length(submitted) = 10 AND born <= ? AND (died IS NULL OR died > ?) "
            "ORDER BY submitted LIMIT 1",
            after,
        )

    def _day(self, question: str, asked: str) -> str:
        found = self._database.one(question, asked, self._change, self._change)
        return str(found[0]) if found else ""
