"""The order of all allowed papers for one request, of which a page is cut out.

The head is what the legs found in their first :data:`DEPTH`, fused; it doesn't depend on the page.
Behind it the other allowed papers follow, nearest first, so that pages tile the ranking and as many
papers come back as are allowed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from indexer.local.segments.columns import Mask, Positions
from indexer.local.segments.generation import Generation
from indexer.local.segments.vectors import Found
from search.answer.answer import Mode, Sort
from search.ranking.fusion import FEEDBACK_PAPERS, convex_combination, rocchio
from search.ranking.legs import dense_leg, lexical_leg

DEPTH = 1_000
"""How deep each leg looks. Fused nDCG@10 is lower at 300 and at 100."""
MATCHES = 200
"""How many of the best papers count as matching: these are what other orders sort."""

NOTHING: Found = (np.empty(0, np.int64), np.empty(0, np.float32))


class Ranking:
    """Made for one request and one generation.

    Args:
        generation: What is searched.
        allowed: Which papers may come back.
        mode: By meaning, by words, or both.
        vector: ``(d,)``, what is searched for by meaning; ``None`` where it can't be.
        text: What is searched for by words.
        words: Gives what the first :data:`DEPTH` by words are, where that is being looked up.
    """

    def __init__(
        self,
        generation: Generation,
        allowed: Mask,
        mode: Mode,
        vector: NDArray[np.float32] | None,
        text: str,
        words: Callable[[], Found] | None = None,
    ) -> None:
        self.generation, self.allowed = generation, allowed
        self.vector = vector
        self.dense = self.lexical = NOTHING
        if mode != "lexical" and vector is not None:
            self.dense = dense_leg(generation, vector, DEPTH, allowed)
        if mode != "dense":
            self.lexical = words() if words else lexical_leg(generation, text, DEPTH, allowed)
        self.asks_for_words = bool(text)
        self.head = self._head(mode, text)
        self.named: Positions = NOTHING[0]
        self._left_out: Positions = NOTHING[0]
        self._goes_on_by_words = mode == "lexical" and self.asks_for_words
        self._text = text
        self._ends = False

    def _head(self, mode: Mode, text: str) -> Positions:
        if not self.asks_for_something:
            return self._newest()
        if mode == "hybrid":
            return self._fused()
        return self.dense[0] if mode == "dense" else self.lexical[0]

    def _newest(self) -> Positions:
        """All that filters leave, where nothing else was asked."""
        places = np.flatnonzero(self.allowed)
        dates = self.generation.column("dates", places).astype(np.int64)
        return places[np.argsort(-dates, kind="stable")]

    def _fused(self) -> Positions:
        """Both legs, then once more with the question moved towards the first papers."""
        fused = convex_combination(self.dense, self.lexical)[0]
        if self.vector is None or not len(fused):
            return fused
        first = self.generation.vectors(fused[:FEEDBACK_PAPERS]).astype(np.float32)
        moved = rocchio(self.vector, first)
        nearest = dense_leg(self.generation, moved, DEPTH, self.allowed)
        return convex_combination(nearest, self.lexical)[0]

    def promote(self, chosen: Positions) -> None:
        """Put the papers that were named outright first, in the order they have."""
        first = chosen[self.allowed[chosen]]
        self.named = np.concatenate([first, self.named[~np.isin(self.named, first)]])
        self.head = np.concatenate([self.named, self.head[~np.isin(self.head, self.named)]])

    def promote_all(self, chosen: Mask) -> None:
        """Put all papers of a mask first: in the order of the head, then by date."""
        missing = chosen & self.allowed
        missing[self.head] = False
        others = np.flatnonzero(missing)
        dates = self.generation.column("dates", others).astype(np.int64)
        in_head = self.head[chosen[self.head]]
        self.promote(np.concatenate([in_head, others[np.argsort(-dates, kind="stable")]]))

    def reorder(self, count: int, order: NDArray[np.intp]) -> None:
        """Put the ``count`` papers behind those that were named in another order."""
        start = len(self.named)
        self.head[start : start + count] = self.head[start : start + count][order]

    def keep(self, wanted: Mask) -> None:
        """Leave out for good those of the head for which ``wanted``, in its order, is false."""
        self._left_out = np.concatenate([self._left_out, self.head[~wanted]])
        self.head = self.head[wanted]

    def fold(self, wanted: Mask) -> None:
        """Leave out, and don't count either."""
        self.allowed[self.head[~wanted]] = False
        self.keep(wanted)

    def end(self) -> None:
        """Let nothing follow the head."""
        self._ends = True

    def sort(self, order: Sort) -> None:
        """Reorder what matches: what was named, else the first :data:`MATCHES`, else all."""
        if order == "relevance" or (order == "newest" and not self.asks_for_something):
            return
        matching = len(self.named) or (MATCHES if self.asks_for_something else len(self.head))
        column = "dates" if order == "newest" else "upvotes"
        values = self.generation.column(column, self.head[:matching])
        first = self.head[:matching][np.argsort(-values.astype(np.int64), kind="stable")]
        self.head = np.concatenate([first, self.head[matching:]])

    @property
    def asks_for_something(self) -> bool:
        """Whether there is more to go by than filters."""
        return self.asks_for_words or self.vector is not None

    def positions(self, offset: int, limit: int) -> Positions:
        """A page of the order."""
        depth = offset + limit
        if depth <= len(self.head) or self._ends:
            return self.head[offset:depth]
        return np.concatenate([self.head, self._rest(depth)])[offset:depth]

    def _rest(self, k: int) -> Positions:
        """What follows the head: at least the first ``k`` of it, if there are so many."""
        allowed = self.allowed.copy()
        allowed[self.head] = allowed[self._left_out] = False
        if self._goes_on_by_words:
            if len(self.lexical[0]) < DEPTH:
                return NOTHING[0]
            found = lexical_leg(self.generation, self._text, DEPTH + k, self.allowed)[0]
            return found[allowed[found]]
        if self.vector is None:
            return np.flatnonzero(allowed)[:k]
        # Only what is exact goes on where a shorter search of the same ended.
        return dense_leg(self.generation, self.vector, k, allowed, exact=True)[0]
