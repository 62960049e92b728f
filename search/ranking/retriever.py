"""From what is asked to a ranking: understand, allow, embed, rank by meaning and words."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError, PaperNotFoundError
from indexer.local.reader import Reader
from indexer.local.segments.columns import Mask, Positions
from indexer.local.segments.generation import Generation
from indexer.models.recipe import RECIPE
from indexer.papers.paper import Paper
from search.answer.answer import Mode
from search.query.conditions import allowed_papers, too_common
from search.query.filters import Filters
from search.query.parser import Query, all_filters
from search.ranking.encoder import Encoder
from search.ranking.examples import examples, fold_duplicates
from search.ranking.known_items import titled, written_by
from search.ranking.legs import lexical_leg
from search.ranking.library import library_of, suiting
from search.ranking.ranking import DEPTH, Ranking


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A ranking, and how it came about.

    Attributes:
        ranking: The order of the papers.
        text: The words that were looked for.
        typed: Of these, those of whoever asks, and not of papers.
        mode: What was searched by; not what was asked where the model can't be used.
        named: A paper or an author was named outright, and comes first.
        warnings: What the reader of the answer should know.
        folded: For a position, those of its near-duplicates, which don't come back themselves.
    """

    ranking: Ranking
    text: str
    mode: Mode
    typed: str = ""
    named: bool = False
    warnings: tuple[str, ...] = ()
    folded: Mapping[int, list[int]] = field(default_factory=dict)


class Retriever:
    """Ranks papers of an index. Safe to use from many threads."""

    def __init__(self, reader: Reader, encoder: Encoder) -> None:
        self._reader, self._encoder = reader, encoder
        self._beside = ThreadPoolExecutor(thread_name_prefix="words")

    def close(self) -> None:
        """End the threads that look up words."""
        self._beside.shutdown()

    def for_question(
        self,
        query: Query,
        generation: Generation,
        *,
        filters: Filters,
        mode: Mode,
        among: Collection[str] | None = None,
        without: Collection[str] = (),
    ) -> Retrieved:
        """Papers for a question; what it names outright comes first."""
        if (known := self._by_id(query, generation)) is not None:
            only = generation.nowhere()
            only[known] = True
            for each in all_filters(query, filters):
                only &= each.select(generation)
            only = self._narrowed(only, generation, among, without)
            ranking = Ranking(generation, only, "dense", None, "")
            failed = () if only.any() else ("the paper of that id doesn't pass the filters",)
            return Retrieved(ranking, "", mode, named=True, warnings=failed)
        notes = too_common(generation, query)
        if query.id:
            notes += (f"{query.id} is not in the index; searched for as words",)
        allowed = allowed_papers(generation, query, filters)
        if query.phrases and not allowed.any():
            allowed = allowed_papers(generation, replace(query, phrases=()), filters)
            notes += ("no paper holds the quoted words side by side; searched for each of them",)
        allowed = self._narrowed(allowed, generation, among, without)
        words = None
        if mode == "hybrid":  # words are looked up while the question is embedded
            leg = self._beside.submit(lexical_leg, generation, query.text, DEPTH, allowed)
            words = leg.result
        mode, vector, warnings = self._embedded(query.text, generation, mode)
        ranking = Ranking(generation, allowed, mode, vector, query.text, words)
        self._promote_named(ranking, query)
        named = len(ranking.named) > 0
        return Retrieved(ranking, query.text, mode, query.text, named, notes + warnings)

    def prepare(self, texts: Collection[str], generation: Generation) -> None:
        """Embed what will be asked next, many at once; without the model nothing happens yet."""
        with suppress(ModelError):
            self._encoder.prepare([text for text in texts if text], generation.manifest.model)

    def by_title(self, title: str, generation: Generation, filters: Filters) -> Positions:
        """Papers of a title, misspelt or not, most alike first."""
        allowed = filters.select(generation)
        mode, vector, _ = self._embedded(title, generation, "hybrid")
        ranking = Ranking(generation, allowed.copy(), mode, vector, title)
        found = titled(generation, self._reader.catalog, ranking, title)
        return found[allowed[found]]

    def for_examples(
        self,
        near: Sequence[str],
        far: Sequence[str],
        text: str,
        generation: Generation,
        *,
        filters: Filters,
        mode: Mode,
    ) -> Retrieved:
        """Papers near to some papers and a text, away from others; none of those asked about."""
        at = self.known_places([*near, *far], generation)
        chosen, avoided = at[: len(near)], at[len(near) :]
        mode, vector, warnings = self._embedded(text, generation, mode)
        papers = self._reader.catalog.papers(generation.column("rows", chosen).tolist())
        wanted = examples(generation, chosen, avoided, papers, text, vector)
        allowed = filters.select(generation).copy()
        allowed[at] = False
        ranking = Ranking(generation, allowed, mode, wanted.vector(), wanted.words)
        folded = fold_duplicates(ranking, generation.vectors(chosen).astype(np.float32))
        return Retrieved(ranking, wanted.words, mode, text, warnings=warnings, folded=folded)

    def for_library(
        self,
        papers: Sequence[Paper],
        far: Sequence[str],
        generation: Generation,
        filters: Filters,
        min_score: float,
    ) -> tuple[Positions, NDArray[np.float64]]:
        """Papers that suit a library, the nearest first, and their scores."""
        unlike, model = self.known_places(far, generation), generation.manifest.model
        library = library_of(
            papers, unlike, generation, self._reader.catalog, partial(self._encoder.embedder, model)
        )
        allowed = filters.select(generation).copy()
        allowed[unlike] = False
        return suiting(library, generation, allowed, min_score)

    def of_filters(self, generation: Generation, filters: Filters) -> Retrieved:
        """All papers that pass, the newest first."""
        allowed = filters.select(generation).copy()
        return Retrieved(Ranking(generation, allowed, "dense", None, ""), "", "dense")

    def _by_id(self, query: Query, generation: Generation) -> int | None:
        """Position of the paper that a question names by its id or DOI, if it is there."""
        name = query.id or (query.asked if " " not in query.asked else "")
        if not name:
            return None
        place = int(self.places([name], generation)[0])
        return place if place >= 0 else None

    def places(self, ids: Collection[str], generation: Generation) -> Positions:
        """Positions of papers by any id, -1 for those that the generation doesn't hold."""
        rows = self._reader.catalog.live_rows(ids, generation.manifest.change)
        return generation.positions([rows.get(id, 0) for id in ids])

    def known_places(self, ids: Sequence[str], generation: Generation) -> Positions:
        """Positions of papers by their ids; raises ``PaperNotFoundError``."""
        at = self.places(ids, generation)
        if missing := [id for id, place in zip(ids, at, strict=True) if place < 0]:
            raise PaperNotFoundError(
                f"{', '.join(missing)}: not in the index; look for its title with a search"
            )
        return at

    def _narrowed(
        self,
        allowed: Mask,
        generation: Generation,
        among: Collection[str] | None,
        without: Collection[str],
    ) -> Mask:
        if among is not None:
            chosen = generation.nowhere()
            at = self.places(among, generation)
            chosen[at[at >= 0]] = True
            allowed = allowed & chosen
        if without:
            at = self.places(without, generation)
            allowed[at[at >= 0]] = False
        return allowed

    def _embedded(
        self, text: str, generation: Generation, mode: Mode
    ) -> tuple[Mode, NDArray[np.float32] | None, tuple[str, ...]]:
        """The question's vector; where the model can't be used, words have to do."""
        manifest = generation.manifest
        warnings: tuple[str, ...] = ()
        if manifest.recipe != RECIPE:
            warnings = (
                f"the index was made with the text recipe {manifest.recipe}, now there is "
                f"{RECIPE}; `nearpaper rebuild --embed` brings it up to date",
            )
        if not text:
            return mode, None, warnings
        try:
            return mode, self._encoder.encode(text, manifest.model), warnings
        except ModelError as error:
            if mode == "dense":
                raise
            return "lexical", None, (*warnings, f"searched by words alone, since {error}")

    def _promote_named(self, ranking: Ranking, query: Query) -> None:
        """Put the papers first that a question names by author or title."""
        generation = ranking.generation
        for name in dict.fromkeys((query.asked, query.text)):
            author = written_by(generation, name)
            if author is not None:
                ranking.promote_all(author)
        ranking.promote(titled(generation, self._reader.catalog, ranking, query.asked))
