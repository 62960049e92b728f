"""What an index holds without a question: papers by id, title or day, its counts and history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from indexer.errors import PaperNotFoundError
from indexer.local.catalog.history import History
from indexer.local.catalog.submissions import Submissions
from indexer.local.reader import Reader
from indexer.papers.paper import Paper
from search.browsing import Days, days_around
from search.map.projection import Plane, plane
from search.query.filters import ANY, Filters
from search.ranking.retriever import Retriever
from search.retry import again_if_overtaken
from search.validation import LAST_DAY, Page, asked_ids, asked_question, named_ids


class Lookup:
    """The part of an :class:`~search.engine.Engine` that finds papers without ranking them."""

    def __init__(self, reader: Reader, retriever: Retriever) -> None:
        self._reader, self._retriever = reader, retriever

    @again_if_overtaken
    def paper(self, id: str) -> Paper:
        """One paper by its id, however it is written; raises ``PaperNotFoundError``."""
        wanted, generation = asked_ids([id]), self._reader.generation()
        if generation is None:
            raise PaperNotFoundError(f"{id}: not in the index, which is still empty")
        at = self._retriever.known_places(wanted, generation)
        return self._reader.catalog.papers(generation.column("rows", at).tolist())[0]

    @again_if_overtaken
    def lookup(self, ids: Sequence[str]) -> list[Paper | None]:
        """Papers by their ids, however these are written; ``None`` for those that aren't there."""
        wanted, generation = named_ids(ids), self._reader.generation()
        if generation is None:
            return [None] * len(wanted)
        known = np.array(sorted({id for id in wanted if id}), np.object_)
        at = self._retriever.places(known.tolist(), generation)
        papers = self._papers(generation.column("rows", at[at >= 0]))
        found = dict(zip(known[at >= 0], papers, strict=True))
        return [found.get(id) for id in wanted]

    @again_if_overtaken
    def titled(self, title: str, *, filters: Filters = ANY) -> Paper | None:
        """The paper of a title, which may be misspelt; ``None`` where there is none."""
        asked, generation = asked_question(title), self._reader.generation()
        if generation is None:
            return None
        at = self._retriever.by_title(asked, generation, filters)[:1]
        return next(iter(self._papers(generation.column("rows", at))), None)

    @again_if_overtaken
    def daily(
        self,
        first: str = "",
        last: str = "",
        *,
        sort: Literal["newest", "upvotes"] = "newest",
        limit: int = 50,
        offset: int = 0,
    ) -> list[Paper]:
        """Papers that were submitted to a list such as Daily Papers.

        Args:
            first: First day, ``YYYY-MM-DD``.
            last: Last day, likewise.
            sort: The newest day first, or the most upvotes first.
            limit: How many to give.
            offset: How many to pass over.
        """
        page, generation = Page(limit, offset), self._reader.generation()
        if generation is None:
            return []
        submissions = Submissions(self._reader.catalog, generation.manifest.change)
        return self._papers(
            submissions.rows(
                first,
                last or LAST_DAY,
                by_upvotes=sort == "upvotes",
                limit=page.limit,
                offset=page.offset,
            )
        )

    def days(self, day: str = "") -> Days:
        """The days with papers around a day, ``YYYY-MM-DD``."""
        generation = self._reader.generation()
        return Days() if generation is None else days_around(generation, self._reader.catalog, day)

    @again_if_overtaken
    def plane(self, ids: Sequence[str]) -> Plane:
        """Papers as points, near where they are alike; raises ``PaperNotFoundError``."""
        wanted, generation = asked_ids(ids), self._reader.generation()
        if generation is None:
            raise PaperNotFoundError(f"{', '.join(ids)}: not in the index, which is still empty")
        at = self._retriever.known_places(wanted, generation)
        return plane(generation.vectors(at).astype("float32"))

    @property
    def generation(self) -> int:
        """Of the index that answers come from now; 0 while it is empty."""
        generation = self._reader.generation()
        return generation.manifest.generation if generation else 0

    @property
    def history(self) -> History:
        """What came when."""
        return History(self._reader)

    @property
    def fingerprint(self) -> str:
        """Differs between any two generations of any two indexes; empty in an empty index."""
        generation = self._reader.generation()
        return generation.manifest.fingerprint() if generation else ""

    @property
    def papers(self) -> int:
        """How many papers the index holds."""
        generation = self._reader.generation()
        return generation.manifest.papers if generation else 0

    def _papers(self, rows: Iterable[int]) -> list[Paper]:
        return self._reader.catalog.papers([int(row) for row in rows])
