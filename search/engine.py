"""The read path, top to bottom: a question becomes a vector, a vector becomes papers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.embedding import Embedder
from indexer.errors import PaperNotFoundError
from indexer.generation import Generation
from indexer.location import default_folder
from indexer.paper import Paper
from indexer.reader import Reader
from search.answer import Answer, Result, Sort
from search.encoder import Encoder
from search.filters import Filters
from search.ranking import Page, rank
from search.request import asked_ids, asked_question

ANY = Filters()


class Engine:
    """An open index that answers. Safe to use from many threads."""

    def __init__(self, reader: Reader, encoder: Encoder) -> None:
        self._reader, self._encoder = reader, encoder

    @classmethod
    def open(cls, folder: str | Path | None = None, *, embedder: Embedder | None = None) -> Engine:
        """Open an index.

        Args:
            folder: Where it is; by default ``$NEARPAPER_INDEX``, ``data/index``, or the user's.
            embedder: Embeds questions; by default the model that the index was made with.

        Raises:
            IndexNotFoundError: There is no index.
        """
        path = default_folder() if folder is None else Path(folder)
        return cls(Reader(path), Encoder(path, embedder))

    def search(
        self,
        question: str,
        *,
        filters: Filters = ANY,
        sort: Sort = "relevance",
        limit: int = 10,
        offset: int = 0,
    ) -> Answer:
        """The papers nearest to a question in plain words."""
        started = time.perf_counter()
        page, text = Page(limit, offset, sort), asked_question(question)
        generation = self._reader.generation()
        if generation is None:
            return _empty(question, page)
        query = self._encoder.encode(text, generation.manifest.model)
        understood = {"question": text, **filters.as_dict(), "sort": sort}
        allowed = filters.select(generation)
        return self._answer(question, understood, generation, query, allowed, page, started)

    def similar(
        self,
        ids: Sequence[str],
        *,
        filters: Filters = ANY,
        sort: Sort = "relevance",
        limit: int = 10,
        offset: int = 0,
    ) -> Answer:
        """The papers nearest to given papers, which are left out themselves.

        Raises:
            PaperNotFoundError: One of them isn't in the index.
        """
        started = time.perf_counter()
        page, wanted = Page(limit, offset, sort), asked_ids(ids)
        generation = self._reader.generation()
        rows = self._rows(wanted, generation)
        assert generation is not None  # noqa: S101 - papers were found in it
        query = _mean(self._reader.catalog.vectors(rows))
        understood = {"similar": wanted, **filters.as_dict(), "sort": sort}
        allowed = filters.select(generation).copy()
        allowed[generation.positions(rows)] = False
        return self._answer(" ".join(wanted), understood, generation, query, allowed, page, started)

    def paper(self, id: str) -> Paper:
        """One paper by its id, however it is written; raises ``PaperNotFoundError``."""
        rows = self._rows(asked_ids([id]), self._reader.generation())
        return self._reader.catalog.papers(rows)[0]

    def _rows(self, ids: list[str], generation: Generation | None) -> list[int]:
        change = generation.manifest.change if generation else 0
        found = self._reader.catalog.live_rows(ids, change) if generation else {}
        missing = [id for id in ids if id not in found]
        if missing:
            raise PaperNotFoundError(
                f"{', '.join(missing)}: not in the index; look for its title with a search"
            )
        return [found[id] for id in ids]

    def _answer(
        self,
        query: str,
        understood: dict[str, Any],
        generation: Generation,
        vector: NDArray[np.float32],
        allowed: NDArray[np.bool_],
        page: Page,
        started: float,
    ) -> Answer:
        """A page of the ranking, with the papers' records."""
        positions, scores = rank(generation, vector, allowed, page)
        papers = self._reader.catalog.papers(generation.column("rows", positions).tolist())
        results = tuple(
            Result(rank=number, paper=paper, score=min(1.0, float(score)))
            for number, (paper, score) in enumerate(
                zip(papers, scores, strict=True), start=page.offset + 1
            )
        )
        return Answer(
            query=query,
            understood=understood,
            total=int(allowed.sum()),
            limit=page.limit,
            offset=page.offset,
            facets={},
            results=results,
            generation=generation.manifest.generation,
            took_ms=round(1000 * (time.perf_counter() - started), 2),
        )

    @property
    def generation(self) -> int:
        """Of the index that answers come from now; 0 while it is empty."""
        generation = self._reader.generation()
        return generation.manifest.generation if generation else 0

    @property
    def papers(self) -> int:
        """How many papers the index holds."""
        generation = self._reader.generation()
        return generation.manifest.papers if generation else 0

    def warm_up(self) -> None:
        """Load the model and touch the vectors, so that the first question is as fast as any."""
        self.search("warm-up")

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The unit vector in the middle of ``(n, d)`` unit vectors."""
    mean = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else vectors[0], np.float32)


def _empty(query: str, page: Page) -> Answer:
    return Answer(
        query=query,
        understood={},
        total=0,
        limit=page.limit,
        offset=page.offset,
        facets={},
        results=(),
        generation=0,
        took_ms=0.0,
        warnings=("the index is still empty; add papers with `nearpaper index`",),
    )
