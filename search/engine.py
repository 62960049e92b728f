"""The read path, top to bottom: a question becomes a vector, a vector becomes papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from indexer.embedding import Embedder
from indexer.paper import Paper
from search.answer import Answer, Sort
from search.filters import Filters

ANY = Filters()


class Engine:
    """An open index that answers. Safe to use from many threads."""

    @classmethod
    def open(cls, folder: str | Path | None = None, *, embedder: Embedder | None = None) -> Engine:
        """Open an index; ``None`` looks in ``$NEARPAPER_INDEX``, ``data/index``, the user's folder."""
        raise NotImplementedError

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
        raise NotImplementedError

    def similar(
        self,
        ids: Sequence[str],
        *,
        filters: Filters = ANY,
        sort: Sort = "relevance",
        limit: int = 10,
        offset: int = 0,
    ) -> Answer:
        """The papers nearest to given papers, which are left out themselves."""
        raise NotImplementedError

    def paper(self, id: str) -> Paper:
        """One paper by its id, however it is written; raises ``PaperNotFoundError``."""
        raise NotImplementedError

    @property
    def generation(self) -> int:
        """Of the index that answers come from now."""
        raise NotImplementedError

    @property
    def papers(self) -> int:
        """How many papers the index holds."""
        raise NotImplementedError

    def warm_up(self) -> None:
        """Load the model and touch the vectors, so that the first question is as fast as any."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the files."""
        raise NotImplementedError

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
