"""The read path, top to bottom: a question is parsed, ranked by meaning and words, answered."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Unpack

from indexer.errors import NearpaperError, PaperNotFoundError, UsageError
from indexer.papers.paper import Paper
from indexer.snapshot import Snapshot
from search.answer.answer import Answer, Result
from search.answer.builder import empty_answer, reranked, results_of
from search.answer.emptiness import explained
from search.batch import begun, parsed, search_each, similar_to_each, unless_failed
from search.lookup import Lookup
from search.options import DEFAULTS, NEWEST, Choices, Mode, SearchOptions
from search.ranking.rerank import Reranker
from search.ranking.retriever import listing
from search.stages import stage
from search.validation import checked_ids, checked_library, checked_question, whole_characters

_OF_IDS: tuple[type[UsageError | PaperNotFoundError], ...] = (UsageError, PaperNotFoundError)
"""What may be wrong with an id itself."""


class Engine(Lookup):
    """An open index that answers. Safe to use from many threads.

    Each method takes the options of :class:`~search.options.SearchOptions` as one value
    (``options``) or by name: ``engine.search("grokking", after="2022", limit=5)``.
    """

    def search(
        self,
        question: str,
        options: SearchOptions = DEFAULTS,
        *,
        reranker: Reranker | None = None,
        **choices: Unpack[Choices],
    ) -> Answer:
        """The papers that answer a question in plain words, the best first.

        A question may hold ``ti: au: abs: cat: year:``, quotes, minus; or be an id or a title.
        """
        started, options = time.perf_counter(), options.but(**choices)
        plain, typed = parsed(checked_question(question)), whole_characters(question)

        def answer(snapshot: Snapshot) -> Answer:
            with stage("reading"):
                reading = self._reading(snapshot, plain, options)
            query = reading.query
            found = self._retriever.for_question(snapshot, query, options)
            found = replace(found, warnings=(*reading.notes, *found.warnings))
            if reranker is not None:
                found = replace(found, ranking=reranked(snapshot, found, reranker))
            answer = self._builder.build(
                snapshot, found, options, typed, query.understood(), started
            )
            named = found.ranking.ends  # by its id, and what to say of it has been said
            return answer if named else explained(snapshot, answer, options, query)

        return self._read(answer, lambda: empty_answer(typed, options))

    def similar(
        self,
        ids: Sequence[str] = (),
        options: SearchOptions = DEFAULTS,
        *,
        unlike: Sequence[str] = (),
        text: str = "",
        **choices: Unpack[Choices],
    ) -> Answer:
        """The papers nearest to given papers, to a text, or to both, and away from others.

        The papers asked about never come back; versions and near-duplicates of one paper come
        back once. One id may be a text alone. Raises ``PaperNotFoundError`` for a paper that isn't
        in the index.
        """
        started, options = time.perf_counter(), options.but(**choices)
        near, far = checked_ids(ids), checked_ids(unlike)
        text = checked_question(text) if text and not str(text).isspace() else ""
        if not near and not text:
            raise UsageError("nothing to be similar to; name a paper, or give a text")
        typed = " ".join([*near, *(f"-{id}" for id in far), text]).strip()
        understood = {"similar": near, "unlike": far, "text": text}

        def answer(snapshot: Snapshot) -> Answer:
            found = self._retriever.for_examples(snapshot, near, far, text, options)
            answer = self._builder.build(snapshot, found, options, typed, understood, started)
            return explained(snapshot, answer, options, examples=[*near, *far])

        return self._read(answer, lambda: empty_answer(text, options))

    def suiting(
        self,
        library: Sequence[Paper],
        options: SearchOptions = DEFAULTS,
        *,
        unlike: Sequence[str] = (),
        **choices: Unpack[Choices],
    ) -> list[Result]:
        """The papers nearest to a library that stands for a taste, none of the library's own.

        Its papers need not be in the index; see :mod:`search.ranking.library`.
        """
        options, far = options.but(**choices), checked_ids(unlike)
        papers = checked_library(library)

        def results(snapshot: Snapshot) -> list[Result]:
            keys, scores = self._retriever.for_library(snapshot, papers, far, options)
            return results_of(snapshot, keys, scores, options)

        return self._read(results, list)

    def browse(self, options: SearchOptions = NEWEST, **choices: Unpack[Choices]) -> Answer:
        """The papers that pass some filters, without a question; by default the newest first."""
        started, options = time.perf_counter(), options.but(**choices)

        def answer(snapshot: Snapshot) -> Answer:
            answer = self._builder.build(snapshot, listing(options), options, "", {}, started)
            return explained(snapshot, answer, options)

        return self._read(answer, lambda: empty_answer("", options))

    def ranking(
        self,
        question: str,
        *,
        mode: Mode = "hybrid",
        depth: int = 100,
        among: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> list[tuple[str, float]]:
        """Ids and scores of the first papers; only some ``among`` ids, ``without`` others."""
        plain, options = parsed(checked_question(question)), DEFAULTS.but(mode=mode)

        def ids(snapshot: Snapshot) -> list[tuple[str, float]]:
            query = self._reading(snapshot, plain, options).query
            found = self._retriever.for_question(
                snapshot, query, options, among=among, without=without
            )
            return self._builder.ids(snapshot, found, depth)

        return self._read(ids, list)

    def search_many(
        self,
        questions: Iterable[str],
        options: SearchOptions = DEFAULTS,
        **choices: Unpack[Choices],
    ) -> Iterator[Answer | UsageError]:
        """An answer for each question, in their order; for one that can't be asked, its error."""
        return unless_failed(self._search_each(questions, options.but(**choices)), UsageError)

    def _search_each(
        self, questions: Iterable[str], options: SearchOptions
    ) -> Iterator[Answer | NearpaperError]:
        prepare = partial(self.prepare_questions, options=options)
        return search_each(questions, prepare, partial(self.search, options=options))

    def prepare_questions(self, questions: Collection[str], options: SearchOptions) -> None:
        """Embed what these questions will look for, all at once."""

        def texts(snapshot: Snapshot) -> None:
            plain = map(parsed, questions)
            read = (self._reading(snapshot, one, options).query for one in plain)
            self._retriever.prepare(snapshot, read, options)

        self._read(texts, lambda: None)

    def similar_many(
        self, ids: Iterable[str], options: SearchOptions = DEFAULTS, **choices: Unpack[Choices]
    ) -> Iterator[Answer | UsageError | PaperNotFoundError]:
        """For each of many papers those nearest to it; its error for one that isn't there."""
        similar = partial(self.similar, options=options.but(**choices))
        return unless_failed(similar_to_each(ids, similar), *_OF_IDS)

    def answer_each(
        self, questions: Iterable[str], ids: Iterable[str], options: SearchOptions
    ) -> Iterator[Answer | NearpaperError]:
        """An answer for each question, then for each paper; whatever error one has in its place.

        Raises the error of the first one unless that itself is wrong.
        """
        similar = similar_to_each(ids, partial(self.similar, options=options))
        return begun(chain(self._search_each(questions, options), similar))

    def warm_up(self) -> None:
        """Load the model and touch the vectors, so that the first question is as fast as any."""
        self.search("warm-up")
        self.suggest("warm-up")
