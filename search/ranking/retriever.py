"""From a query to a ranking: condition, legs by meaning and by words, fusion, what was named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError, PaperNotFoundError, StorageError
from indexer.kept.remembered import Remembered
from indexer.models.recipe import RECIPE
from indexer.papers.identity import CITED
from indexer.papers.paper import Paper
from indexer.snapshot import Keys, Snapshot, Vector
from indexer.where import ALL, Among, Where, both, without
from search.beside import Beside
from search.options import Mode, SearchOptions
from search.query.parser import Query
from search.ranking.cited import cited_papers
from search.ranking.encoder import Encoder
from search.ranking.examples import examples, fold_duplicates
from search.ranking.known_items import KnownItems, known_items, titled, written_by
from search.ranking.legs import NO_HOLDERS, dense_leg, holders, lexical_leg
from search.ranking.library import library_of, suiting
from search.ranking.ranking import DEPTH, NO_HITS, NO_KEYS, Ranking, promote
from search.ranking.rewriting import RewrittenQuery, as_typed, rewritten
from search.ranking.scoring import ranked, within
from search.stages import stage

_NO_PHRASE = "no matching paper has the quoted phrase; searched for its words one by one"


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A ranking, and how it came about.

    Attributes:
        ranking: The order of the papers.
        typed: The words of whoever asks, and not of papers.
        warnings: What the reader of the answer should know.
        folded: For a paper, its near-duplicates, which don't come back themselves.
        told: What the papers' words had read into the question, by name, for ``understood``.
    """

    ranking: Ranking
    typed: str = ""
    warnings: tuple[str, ...] = ()
    folded: Mapping[int, list[int]] = field(default_factory=dict)
    told: Mapping[str, object] = field(default_factory=dict)


class Retriever:
    """Ranks the papers of a snapshot. Safe to use from many threads.

    Args:
        encoder: Of questions.
        beside: Where words are looked up.
    """

    def __init__(self, encoder: Encoder, beside: Beside) -> None:
        self._encoder, self._beside = encoder, beside
        self._rewritten = Remembered(rewritten)

    def close(self) -> None:
        """End the threads of the lexical leg."""
        self._beside.close()

    def for_question(
        self,
        snapshot: Snapshot,
        query: Query,
        options: SearchOptions,
        *,
        among: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> Retrieved:
        """Papers for a question; what it names outright comes first."""
        scope = _scope(snapshot, among, without)
        where = _where(snapshot, query, options, scope)
        if (known := _by_id(snapshot, query)) is not None:
            return _only(snapshot, known, where, options.mode)
        notes = query.too_common(snapshot.stems)
        if query.id:
            notes += (f"{query.id} is not in the index; searched for it as words",)
        if query.phrases and not snapshot.count(where):
            loose = _where(snapshot, replace(query, phrases=()), options, scope)
            if snapshot.count(loose):
                where = loose
                notes += (_NO_PHRASE,)
        with stage("rewriting"):
            found = self._as_looked_up(snapshot, query, options)
        named = self._named(snapshot, where, found.query)
        ranking, warnings = self._ranked(
            snapshot,
            found.query.text,
            where,
            options.mode,
            meant=found.meant,
            sought=found.sought if options.mode == "hybrid" else "",
        )
        if not ranking.is_listing:
            with stage("names"):
                ranking = _named_first(snapshot, ranking, found.query, named.result())
        return Retrieved(ranking, query.text, notes + found.notes + warnings, told=found.told)

    def for_examples(
        self,
        snapshot: Snapshot,
        near: Sequence[str],
        far: Sequence[str],
        text: str,
        options: SearchOptions,
    ) -> Retrieved:
        """Papers near to some papers and a text, away from others; none of those asked about."""
        named = located(snapshot, [*near, *far])
        chosen, avoided = named[: len(near)], named[len(near) :]
        mode, vector, warnings = self._embedded(snapshot, text, options.mode)
        wanted = examples(snapshot, chosen, avoided, text, vector)
        others = without(ALL, tuple(named.tolist()))
        vector = wanted.vector()
        dense = dense_leg(snapshot, others, mode, vector)
        lexical = NO_HITS if mode == "dense" else snapshot.bm25(wanted.words, DEPTH, others)
        holding = NO_HOLDERS if mode == "dense" else holders(snapshot, wanted.words)
        ranking = ranked(snapshot, mode, wanted.words, vector, dense, lexical, holding)
        ranking = within(snapshot, ranking, both(others, options.where()))
        near_vectors = snapshot.vectors(chosen)
        ranking, folded = fold_duplicates(snapshot, ranking, near_vectors)
        return Retrieved(ranking, text, warnings, folded)

    def for_library(
        self,
        snapshot: Snapshot,
        papers: Sequence[Paper],
        far: Sequence[str],
        options: SearchOptions,
    ) -> tuple[Keys, NDArray[np.float64]]:
        """Papers that suit a library, the nearest first, and their scores."""
        unlike, model = located(snapshot, far), snapshot.about.model
        library = library_of(snapshot, papers, unlike, lambda: self._encoder.embedder(model))
        where = without(options.where(), tuple(unlike.tolist()))
        return suiting(library, snapshot, where, options.min_score)

    def by_title(self, snapshot: Snapshot, title: str, options: SearchOptions) -> Keys:
        """Papers of a title, misspelt or not, most alike first."""
        ranking, _ = self._ranked(snapshot, title, options.where(), "hybrid")
        return titled(snapshot, ranking, title)

    def prepare(self, snapshot: Snapshot, queries: Iterable[Query], options: SearchOptions) -> None:
        """Embed what will be asked next, many at once; without the model nothing happens yet."""
        asked = [query for query in queries if query.text]
        meant = [self._as_looked_up(snapshot, query, options).meant for query in asked]
        with suppress(ModelError):
            self._encoder.prepare(meant, snapshot.about.model)

    def _as_looked_up(
        self, snapshot: Snapshot, query: Query, options: SearchOptions
    ) -> RewrittenQuery:
        return as_typed(query) if options.literal else self._rewritten(snapshot, query)

    def _ranked(
        self,
        snapshot: Snapshot,
        text: str,
        where: Where,
        mode: Mode,
        *,
        meant: str = "",
        sought: str = "",
    ) -> tuple[Ranking, tuple[str, ...]]:
        """Both legs for a text, fused, and what to say of it.

        If given, ``meant`` is embedded in its place, and the words of ``sought`` are looked up.
        """
        if not text:
            _, _, warnings = self._embedded(snapshot, text, mode)
            return Ranking(where=where, mode=mode), warnings
        # Words are looked up while the text is embedded and its nearest papers are found.
        sought, words, holding = sought or text, None, None
        if mode != "dense":
            words = self._beside.submit(lexical_leg, snapshot, sought)
            holding = self._beside.submit(holders, snapshot, text)
        mode, vector, warnings = self._embedded(snapshot, meant or text, mode)
        dense = dense_leg(snapshot, ALL, mode, vector)
        lexical = words.result() if words else NO_HITS
        held = holding.result() if holding else NO_HOLDERS
        if mode == "lexical" and sought != text:  # the model can't be used
            lexical = lexical_leg(snapshot, text)
        with stage("scoring"):
            ranking = ranked(snapshot, mode, text, vector, dense, lexical, held)
            return within(snapshot, ranking, where), warnings

    def _named(
        self, snapshot: Snapshot, where: Where, query: Query
    ) -> Future[dict[str, KnownItems]]:
        """What a question may name, looked up beside its legs: a cluster takes as long for it."""
        names = list(dict.fromkeys((query.asked, query.text))) if query.text else []
        return self._beside.submit(known_items, snapshot, where, names)

    def _embedded(
        self, snapshot: Snapshot, text: str, mode: Mode
    ) -> tuple[Mode, Vector | None, tuple[str, ...]]:
        """The question's vector; where the model can't be used, words have to do."""
        about = snapshot.about
        warnings: tuple[str, ...] = ()
        if about.recipe != RECIPE:
            warnings = (
                f"the index was made with the text recipe {about.recipe}, but this version uses "
                f"{RECIPE}; `nearpaper rebuild --embed` brings it up to date",
            )
        if not text or mode == "lexical":
            return mode, None, warnings
        try:
            with stage("encoding"):
                return mode, self._encoder.encode(text, about.model), warnings
        except (ModelError, StorageError) as error:  # a cache that can't be written is the latter
            if mode == "dense":
                raise
            return "lexical", None, (*warnings, f"searched by words alone: {error}")


def found(snapshot: Snapshot, ids: Sequence[str]) -> Keys:
    """Papers by their ids, else by what a library cites them by; -1 where there is none."""
    keys = snapshot.locate(ids)
    if (keys < 0).any():
        cited = snapshot.locate([f"{CITED}{id}" for id in ids])
        keys = np.where(keys < 0, cited, keys)
    return keys


def located(snapshot: Snapshot, ids: Sequence[str]) -> Keys:
    """Papers by their ids; raises ``PaperNotFoundError``."""
    keys = found(snapshot, ids)
    if missing := [id for id, key in zip(ids, keys, strict=True) if key < 0]:
        raise PaperNotFoundError(
            f"{', '.join(missing)}: not in the index; look for its title with a search"
        )
    return keys


def listing(options: SearchOptions) -> Retrieved:
    """All papers that pass the filters."""
    return Retrieved(Ranking(where=options.where(), mode="dense"))


def _scope(snapshot: Snapshot, among: Collection[str] | None, excluded: Collection[str]) -> Where:
    """Only some papers, without others; unknown ids are passed over."""
    where = Among(_held(snapshot, among)) if among is not None else ALL
    return without(where, _held(snapshot, excluded))


def _where(snapshot: Snapshot, query: Query, options: SearchOptions, scope: Where) -> Where:
    """Which papers a question and its options ask for outright."""
    return both(options.where(query, snapshot.stems), scope)


def _held(snapshot: Snapshot, ids: Collection[str]) -> tuple[int, ...]:
    keys = snapshot.locate(list(ids))
    return tuple(keys[keys >= 0].tolist())


def _by_id(snapshot: Snapshot, query: Query) -> int | None:
    """The paper that a question names by its id or DOI, if it is there."""
    name = query.id or (query.asked if " " not in query.asked else "")
    key = int(snapshot.locate([name])[0]) if name else -1
    return key if key >= 0 else None


def _only(snapshot: Snapshot, key: int, where: Where, mode: Mode) -> Retrieved:
    """One paper, where it passes."""
    where = both(Among((key,)), where)
    passes = snapshot.count(where) > 0
    head = np.array([key], np.int64) if passes else NO_KEYS
    ranking = Ranking(where=where, mode=mode, head=head, named=len(head), ends=True)
    return Retrieved(
        ranking, warnings=() if passes else ("the paper with that id doesn't pass the filters",)
    )


def _named_first(
    snapshot: Snapshot, ranking: Ranking, query: Query, known: Mapping[str, KnownItems]
) -> Ranking:
    """The papers first that a question names by author, by their own name or by title."""
    for name in dict.fromkeys((query.asked, query.text)):
        ranking = promote(ranking, written_by(ranking, known[name]))
        ranking = promote(ranking, known[name].named)
    if query.cited:
        ranking = promote(ranking, cited_papers(snapshot, ranking, query.cited))
    for title in dict.fromkeys((query.text, query.asked)):
        ranking = promote(ranking, titled(snapshot, ranking, title, known[title]))
    return ranking
