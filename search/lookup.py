"""What an index holds without a question: papers by id, title or day, its counts and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np

from indexer.errors import IndexNotFoundError, PaperNotFoundError
from indexer.papers.paper import Paper
from indexer.snapshot import Days, Moment, Snapshot
from indexer.store import Store
from search.browsing import (
    DaySort,
    Liked,
    days_around,
    papers_liked,
    papers_submitted,
    papers_trending,
)
from search.map.projection import Plane, plane
from search.open_index import OpenIndex
from search.options import DEFAULTS, Choices, SearchOptions
from search.ranking.retriever import found, located
from search.suggestions.suggestion import Suggestion
from search.validation import (
    checked_ids,
    checked_question,
    checked_text,
    lookup_ids,
    whole_characters,
)


class Lookup(OpenIndex):
    """The part of an :class:`~search.engine.Engine` that finds papers without ranking them."""

    def paper(self, id: str) -> Paper:
        """One paper by its id, however it is written; raises ``PaperNotFoundError``."""
        wanted = checked_ids([id])

        def missing() -> Paper:
            raise PaperNotFoundError(f"{id}: not in the index, which is still empty")

        return self._read(lambda snapshot: snapshot.papers(located(snapshot, wanted))[0], missing)

    def lookup(self, ids: Sequence[str]) -> list[Paper | None]:
        """Papers by their ids, however these are written; ``None`` for those that aren't there."""
        wanted = lookup_ids(ids)
        known = np.array(sorted({id for id in wanted if id}), np.object_)

        def read(snapshot: Snapshot) -> list[Paper | None]:
            keys = found(snapshot, known.tolist())
            papers = snapshot.papers(keys[keys >= 0])
            named = dict(zip(known[keys >= 0], papers, strict=True))
            return [named.get(id) for id in wanted]

        return self._read(read, lambda: [None] * len(wanted))

    def titled(
        self, title: str, options: SearchOptions = DEFAULTS, **choices: Unpack[Choices]
    ) -> Paper | None:
        """The paper of a title, which may be misspelt; ``None`` where there is none."""
        asked, options = checked_question(title), options.but(**choices)

        def read(snapshot: Snapshot) -> Paper | None:
            found = self._retriever.by_title(snapshot, asked, options)[:1]
            return next(iter(snapshot.papers(found)), None)

        return self._read(read, lambda: None)

    def suggest(self, text: str) -> list[Suggestion]:
        """How the beginning of a question may go on: titles, authors, what else papers have."""
        typed = whole_characters(checked_text("question", text))
        return self._read(lambda snapshot: self._suggester.suggest(snapshot, typed), list)

    def daily(
        self,
        first: str = "",
        last: str = "",
        *,
        sort: DaySort = "newest",
        limit: int = 50,
        offset: int = 0,
    ) -> list[Paper]:
        """Papers that were submitted to a list such as Daily Papers.

        Args:
            first: First day, ``YYYY-MM-DD``.
            last: Last day, likewise.
            sort: The newest day first, or the most upvotes first.
            limit: Number of papers.
            offset: Number of papers to skip.
        """
        page = SearchOptions(limit=limit, offset=offset)
        return self._read(
            lambda snapshot: papers_submitted(snapshot, first, last, sort, page.limit, page.offset),
            list,
        )

    def liked(self, first: str = "", last: str = "", *, limit: int = 25, offset: int = 0) -> Liked:
        """Papers of the days from first to last, those with most upvotes first.

        Without a last day, those of the newest day. As with :meth:`days`, a paper's day is that of
        its submission to a list, if any has one.
        """
        page = SearchOptions(limit=limit, offset=offset)
        return self._read(
            lambda snapshot: papers_liked(snapshot, first, last, page.limit, page.offset),
            lambda: Liked(offset=offset, limit=limit),
        )

    def trending(self, *, limit: int = 25, offset: int = 0) -> Liked:
        """The papers of the last weeks of the index with most upvotes."""
        page = SearchOptions(limit=limit, offset=offset)
        return self._read(
            lambda snapshot: papers_trending(snapshot, page.limit, page.offset),
            lambda: Liked(offset=offset, limit=limit),
        )

    def days(self, day: str = "") -> Days:
        """The days with papers around a day, ``YYYY-MM-DD``."""
        return self._read(lambda snapshot: days_around(snapshot, day), Days)

    def plane(self, ids: Sequence[str]) -> Plane:
        """Papers as points, near where they are alike; raises ``PaperNotFoundError``."""
        wanted = checked_ids(ids)

        def missing() -> Plane:
            raise PaperNotFoundError(f"{', '.join(ids)}: not in the index, which is still empty")

        return self._read(
            lambda snapshot: plane(snapshot.vectors(located(snapshot, wanted))),
            missing,
        )

    def history(self) -> History:
        """What came when."""
        return History(self._store)


class History:
    """The changes of an index, and when they were made."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> Moment:
        """The index as it answers now; raises ``IndexNotFoundError`` where it is still empty."""
        return self._snapshot().moment()

    def after(self, change: int) -> Moment:
        """The index after a change, which it may never have had."""
        return self._snapshot().moment(change)

    def before(self, time: str) -> Moment:
        """The index before the first change from a time on, ISO 8601 in UTC to the second."""
        return self._snapshot().moment_before(time)

    def _snapshot(self) -> Snapshot:
        snapshot = self._store.snapshot()
        if snapshot is None:
            raise IndexNotFoundError(
                f"{self._store.location}: still empty; add papers with `nearpaper index`"
            )
        return snapshot
