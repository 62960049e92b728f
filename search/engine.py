"""The read path, top to bottom: a question is understood, ranked by meaning and words, answered."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Unpack

from indexer.errors import PaperNotFoundError, UsageError
from indexer.local.catalog.submissions import Submissions
from indexer.local.location import default_folder
from indexer.local.reader import Reader
from indexer.models.embedder import Embedder
from indexer.papers.paper import Paper
from search.answer.answer import Answer, Explain, Mode, Result, Sort
from search.answer.builder import Answering, empty_answer
from search.batch import parsed, search_each, similar_to_each
from search.browsing import Liked
from search.lookup import Lookup
from search.query.filters import ANY, Filters
from search.query.parser import parse
from search.ranking.encoder import Encoder
from search.ranking.rerank import Reranker
from search.ranking.retriever import Retriever
from search.retry import again_if_overtaken
from search.validation import (
    Asked,
    Page,
    asked_ids,
    asked_library,
    asked_mode,
    asked_question,
    asked_score,
    whole_characters,
)


class Engine(Lookup):
    """An open index that answers. Safe to use from many threads."""

    def __init__(self, reader: Reader, encoder: Encoder) -> None:
        super().__init__(reader, Retriever(reader, encoder))
        self._answering = Answering(reader, encoder)

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

    @again_if_overtaken
    def search(
        self,
        question: str,
        *,
        mode: Mode = "hybrid",
        filters: Filters = ANY,
        sort: Sort = "relevance",
        limit: int = 10,
        offset: int = 0,
        min_score: float = 0.0,
        explain: Explain = False,
        reranker: Reranker | None = None,
    ) -> Answer:
        """The papers that answer a question in plain words, the best first.

        Args:
            question: Plain words; also ``ti: au: abs: cat: year:``, quotes, minus, an id, a title.
            mode: By meaning and words together, by meaning alone, by words alone.
            filters: Papers must pass these and those in the question.
            sort: ``newest`` and ``upvotes`` reorder the papers that match best.
            limit: How many results to give.
            offset: How many to pass over.
            min_score: Leave out what scores less, see :mod:`search.ranking.calibration`.
            explain: Say for each result why it stands where it stands; ``"words"`` for its ranks
                and words alone, which is ten times as fast as with the nearest sentence.
            reranker: Scores the first papers again, by reading them beside the question.
        """
        started = time.perf_counter()
        page, asked = Page(limit, offset, sort), asked_question(question)
        mode, min_score = asked_mode(mode), asked_score(min_score)
        generation = self._reader.generation()
        if generation is None:
            return empty_answer(whole_characters(question), page)
        query = parsed(asked)
        found = self._retriever.for_question(query, generation, filters=filters, mode=mode)
        if reranker is not None:
            self._answering.rerank(found, reranker)
        return self._answering.answer(
            found,
            page,
            query=whole_characters(question),
            understood=query.understood() | _options(filters, found.mode, sort),
            min_score=min_score,
            explain=explain,
            started=started,
        )

    @again_if_overtaken
    def similar(
        self,
        ids: Sequence[str] = (),
        *,
        unlike: Sequence[str] = (),
        text: str = "",
        mode: Mode = "hybrid",
        filters: Filters = ANY,
        sort: Sort = "relevance",
        limit: int = 10,
        offset: int = 0,
        min_score: float = 0.0,
        explain: Explain = False,
    ) -> Answer:
        """The papers nearest to given papers, to a text, or to both.

        The papers asked about never come back; versions and near-duplicates of one paper come
        back once.

        Args:
            ids: Papers to be near to, however their ids are written.
            unlike: Papers to move away from.
            text: A paragraph, say an abstract, to be near to.
            mode: As in :meth:`search`.
            filters: Likewise.
            sort: Likewise.
            limit: Likewise.
            offset: Likewise.
            min_score: Likewise.
            explain: Likewise.

        Raises:
            PaperNotFoundError: One of the papers isn't in the index.
        """
        started = time.perf_counter()
        page, near, far = Page(limit, offset, sort), asked_ids(ids), asked_ids(unlike)
        mode, min_score = asked_mode(mode), asked_score(min_score)
        text = asked_question(text) if text else ""
        if not near and not text:
            raise UsageError("nothing to be similar to; name a paper, or give a text")
        generation = self._reader.generation()
        if generation is None:
            return empty_answer(text, page)
        found = self._retriever.for_examples(
            near, far, text, generation, filters=filters, mode=mode
        )
        named = {"similar": near, "unlike": far, "text": text}
        return self._answering.answer(
            found,
            page,
            query=" ".join([*near, *(f"-{id}" for id in far), text]).strip(),
            understood={name: value for name, value in named.items() if value}
            | _options(filters, found.mode, sort),
            min_score=min_score,
            explain=explain,
            started=started,
        )

    @again_if_overtaken
    def suiting(
        self,
        library: Sequence[Paper],
        *,
        unlike: Sequence[str] = (),
        filters: Filters = ANY,
        limit: int = 10,
        offset: int = 0,
        min_score: float = 0.0,
    ) -> list[Result]:
        """The papers nearest to a library that stands for a taste, none of the library's own.

        Args:
            library: Papers, whether the index holds them or not; see :mod:`search.ranking.library`.
            unlike: As in :meth:`similar`.
            filters: Likewise.
            limit: Likewise.
            offset: Likewise.
            min_score: Likewise.
        """
        page, far, min_score = Page(limit, offset), asked_ids(unlike), asked_score(min_score)
        papers, generation = asked_library(library), self._reader.generation()
        if generation is None:
            return []
        found = self._retriever.for_library(papers, far, generation, filters, min_score)
        return self._answering.results(generation, *found, page)

    @again_if_overtaken
    def browse(
        self,
        *,
        filters: Filters = ANY,
        sort: Sort = "newest",
        limit: int = 10,
        offset: int = 0,
    ) -> Answer:
        """The papers that pass some filters, without a question; arguments as in :meth:`search`."""
        started, page = time.perf_counter(), Page(limit, offset, sort)
        generation = self._reader.generation()
        if generation is None:
            return empty_answer("", page)
        found = self._retriever.of_filters(generation, filters)
        understood = _options(filters, found.mode, sort)
        return self._answering.answer(found, page, query="", understood=understood, started=started)

    @again_if_overtaken
    def liked(self, first: str, last: str, *, limit: int = 25, offset: int = 0) -> Liked:
        """Papers of the days from first to last, those with most upvotes first.

        As with :meth:`days`, a paper's day is that of its submission to a list, if any has one.
        """
        generation = self._reader.generation()
        if generation is not None and self.days().submitted:
            page = Page(limit, offset)
            papers = self.daily(first, last, sort="upvotes", limit=page.limit, offset=page.offset)
            submissions = Submissions(self._reader.catalog, generation.manifest.change)
            total = submissions.count(first, last)
        else:
            days = Filters(after=first, before=last)
            answer = self.browse(filters=days, sort="upvotes", limit=limit, offset=offset)
            papers, total = [result.paper for result in answer.results], answer.total
        return Liked(tuple(papers), total, offset, limit)

    @again_if_overtaken
    def ranking(
        self,
        question: str,
        *,
        mode: Mode = "hybrid",
        depth: int = 100,
        among: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> list[tuple[str, float]]:
        """Ids and scores of the first ``depth`` papers for a question, without their records.

        Args:
            question: As for :meth:`search`.
            mode: Likewise.
            depth: How many to give.
            among: Only these ids may come back; unknown ones are passed over.
            without: These ids may not.
        """
        mode, generation = asked_mode(mode), self._reader.generation()
        if generation is None:
            return []
        found = self._retriever.for_question(
            parse(asked_question(question)),
            generation,
            filters=ANY,
            mode=mode,
            among=among,
            without=without,
        )
        return self._answering.ids(found.ranking, depth)

    def search_many(
        self, questions: Iterable[str], **options: Unpack[Asked]
    ) -> Iterator[Answer | UsageError]:
        """Answers to many questions, in their order: embedded together, looked up side by side.

        Args:
            questions: As for :meth:`search`, any number; read as the answers are taken.
            **options: Likewise.

        Returns:
            An answer for each question; for one that can't be asked, what is wrong with it.
        """
        return search_each(questions, self._prepare, partial(self.search, **options))

    def similar_many(
        self, ids: Iterable[str], **options: Unpack[Asked]
    ) -> Iterator[Answer | UsageError | PaperNotFoundError]:
        """For each of many papers those nearest to it; what is wrong for one that isn't there."""
        return similar_to_each(ids, partial(self.similar, **options))

    def _prepare(self, texts: Collection[str]) -> None:
        generation = self._reader.generation()
        if generation is not None:
            self._retriever.prepare(texts, generation)

    def warm_up(self) -> None:
        """Load the model and touch the vectors, so that the first question is as fast as any."""
        self.search("warm-up")

    def close(self) -> None:
        """Let go of the files."""
        self._retriever.close()
        self._reader.close()

    def __repr__(self) -> str:
        return f"<Engine over {self.papers:,} papers, generation {self.generation}>"

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _options(filters: Filters, mode: Mode, sort: Sort) -> dict[str, Any]:
    """What was chosen beside the question."""
    return {**filters.as_dict(), "mode": mode, "sort": sort}
