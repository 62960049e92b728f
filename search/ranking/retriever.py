"""From a query to a ranking: condition, legs by meaning and by words, fusion, what was named."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError, PaperNotFoundError
from indexer.models.recipe import RECIPE
from indexer.papers.paper import Paper
from indexer.store import Hits, Keys, Snapshot, Vector
from indexer.where import ALL, Among, Where, both, without
from search.options import Mode, SearchOptions
from search.query.parser import Query
from search.ranking.encoder import Encoder
from search.ranking.examples import examples, fold_duplicates
from search.ranking.fusion import FEEDBACK_PAPERS, convex_combination, rocchio
from search.ranking.known_items import titled, written_by
from search.ranking.library import library_of, suiting
from search.ranking.ranking import DEPTH, NO_HITS, NO_KEYS, Ranking, promote


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A ranking, and how it came about.

    Attributes:
        ranking: The order of the papers.
        typed: The words of whoever asks, and not of papers.
        warnings: What the reader of the answer should know.
        folded: For a paper, its near-duplicates, which don't come back themselves.
    """

    ranking: Ranking
    typed: str = ""
    warnings: tuple[str, ...] = ()
    folded: Mapping[int, list[int]] = field(default_factory=dict)


class Retriever:
    """Ranks the papers of a snapshot. Safe to use from many threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._beside = ThreadPoolExecutor(thread_name_prefix="lexical-leg")

    def close(self) -> None:
        """End the threads of the lexical leg."""
        self._beside.shutdown()

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
        where = both(options.where(query, snapshot.stems), scope)
        if (known := _by_id(snapshot, query)) is not None:
            return _only(snapshot, known, where, options.mode)
        notes = query.too_common(snapshot.stems)
        if query.id:
            notes += (f"{query.id} is not in the index; searched for it as words",)
        if query.phrases and not snapshot.count(where):
            loose = replace(query, phrases=())
            where = both(options.where(loose, snapshot.stems), scope)
            notes += ("no matching paper has the quoted phrase; searched for its words one by one",)
        ranking, warnings = self._ranked(snapshot, query.text, where, options.mode)
        if not ranking.is_listing:
            ranking = _named_first(snapshot, ranking, query)
        return Retrieved(ranking, query.text, notes + warnings)

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
        where = without(options.where(), tuple(named.tolist()))
        vector = wanted.vector()
        dense = _dense_leg(snapshot, where, mode, vector)
        lexical = NO_HITS if mode == "dense" else snapshot.bm25(wanted.words, DEPTH, where)
        ranking = _fused(snapshot, where, mode, wanted.words, vector, dense, lexical)
        near_vectors = snapshot.vectors(chosen).astype(np.float32)
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

    def prepare(self, snapshot: Snapshot, texts: Collection[str]) -> None:
        """Embed what will be asked next, many at once; without the model nothing happens yet."""
        with suppress(ModelError):
            self._encoder.prepare([text for text in texts if text], snapshot.about.model)

    def _ranked(
        self, snapshot: Snapshot, text: str, where: Where, mode: Mode
    ) -> tuple[Ranking, tuple[str, ...]]:
        """Both legs for a text, fused, and what to say of it."""
        if not text:
            _, _, warnings = self._embedded(snapshot, text, mode)
            return Ranking(where=where, mode=mode), warnings
        # Words are looked up while the text is embedded and its nearest papers are found.
        words = None if mode == "dense" else self._beside.submit(snapshot.bm25, text, DEPTH, where)
        mode, vector, warnings = self._embedded(snapshot, text, mode)
        dense = _dense_leg(snapshot, where, mode, vector)
        lexical = words.result() if words else NO_HITS
        return _fused(snapshot, where, mode, text, vector, dense, lexical), warnings

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
        if not text:
            return mode, None, warnings
        try:
            return mode, self._encoder.encode(text, about.model), warnings
        except ModelError as error:
            if mode == "dense":
                raise
            return "lexical", None, (*warnings, f"searched by words alone: {error}")


def located(snapshot: Snapshot, ids: Sequence[str]) -> Keys:
    """Papers by their ids; raises ``PaperNotFoundError``."""
    keys = snapshot.locate(ids)
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


def _dense_leg(snapshot: Snapshot, where: Where, mode: Mode, vector: Vector | None) -> Hits:
    if mode == "lexical" or vector is None:
        return NO_HITS
    return snapshot.nearest(vector, DEPTH, where)


def _fused(
    snapshot: Snapshot,
    where: Where,
    mode: Mode,
    text: str,
    vector: Vector | None,
    dense: Hits,
    lexical: Hits,
) -> Ranking:
    """The legs of a mode as one ranking; both, then once more nearer to the first papers."""
    if mode == "hybrid":
        head = convex_combination(dense, lexical)[0]
        if vector is not None and len(head):
            first = snapshot.vectors(head[:FEEDBACK_PAPERS]).astype(np.float32)
            nearer = snapshot.nearest(rocchio(vector, first), DEPTH, where)
            head = convex_combination(nearer, lexical)[0]
    else:
        head = dense[0] if mode == "dense" else lexical[0]
    return Ranking(
        where=where, mode=mode, text=text, vector=vector, dense=dense, lexical=lexical, head=head
    )


def _named_first(snapshot: Snapshot, ranking: Ranking, query: Query) -> Ranking:
    """The papers first that a question names by author or title."""
    for name in dict.fromkeys((query.asked, query.text)):
        ranking = promote(ranking, written_by(snapshot, ranking, name))
    return promote(ranking, titled(snapshot, ranking, query.asked))
