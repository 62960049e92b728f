"""Which papers of one generation a condition holds for, as masks over its positions."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.kept.lookups import looked_up
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.history import came_earlier
from indexer.local.catalog.submissions import Submissions
from indexer.local.segments.columns import Mask
from indexer.local.segments.generation import Generation
from indexer.papers.folding import title_hash
from indexer.where import (
    All,
    AllWords,
    Among,
    And,
    AnyWord,
    Arrived,
    Dates,
    Has,
    Not,
    Or,
    Phrase,
    Retracted,
    Submitted,
    TitleIs,
    Where,
)

CACHED_BYTES = 64_000_000
"""What the masks that are kept may take up, so that one question makes each of its own once."""
_LEAST, _MOST = 4, 256  # masks that are kept, however large and small they are


class Masks:
    """Makes masks and keeps the last ones. Safe to use from many threads.

    A mask is true at live papers only. Nobody may change it: it may be another's, too.
    """

    def __init__(self, generation: Generation, catalog: Catalog) -> None:
        self._generation, self._catalog = generation, catalog
        self._kept: OrderedDict[Where, Mask] = OrderedDict()
        self._size = min(_MOST, max(_LEAST, CACHED_BYTES // max(1, len(generation))))
        self._turn = threading.Lock()

    def of(self, where: Where) -> Mask:
        """``(n,)``: the positions of a condition."""
        if isinstance(where, All):
            return self._generation.live
        with self._turn:
            if where in self._kept:
                self._kept.move_to_end(where)
                looked_up("conditions", hit=True)
                return self._kept[where]
        looked_up("conditions", hit=False)
        mask = _WAYS[type(where)](self, where)
        mask.flags.writeable = False
        with self._turn:
            self._kept[where] = mask
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return mask

    def _dates(self, where: Dates) -> Mask:
        dated = self._generation.mask(lambda columns: columns.dated(where.first, where.last))
        return self._live(dated)

    def _has(self, where: Has) -> Mask:
        field, words = where.field, where.words
        if where.whole:
            return self._live(self._generation.mask(lambda columns: columns.named(field, words)))
        return self._live(self._generation.mask(lambda columns: columns.having(field, words)))

    def _phrase(self, where: Phrase) -> Mask:
        lexicon = self._generation.lexicon
        return self._at_rows(*(lexicon.holding(field, where.text) for field in where.fields))

    def _any_word(self, where: AnyWord) -> Mask:
        return self._at_rows(self._generation.lexicon.holding_any(where.text))

    def _all_words(self, where: AllWords) -> Mask:
        return self._at_rows(self._generation.lexicon.holding_all(where.text))

    def _title_is(self, where: TitleIs) -> Mask:
        key = np.uint64(title_hash(where.title))
        return self._live(self._generation.mask(lambda columns: columns.titles == key))

    def _submitted(self, where: Submitted) -> Mask:
        submissions = Submissions(self._catalog, self._generation.manifest.change)
        return self._at_rows(submissions.rows(where.first, where.last))

    def _retracted(self, where: Retracted) -> Mask:
        return self._live(self._generation.mask(lambda columns: columns.retracted.copy()))

    def _arrived(self, where: Arrived) -> Mask:
        """Only rows whose papers came before them are looked up one by one."""
        first, end = map(self._catalog.first_row_after, (where.since, where.upto))
        mask = self._generation.mask(lambda columns: (columns.rows >= first) & (columns.rows < end))
        rows, came = came_earlier(self._catalog, first)
        at = self._generation.positions(rows)
        held = at >= 0
        mask[at[held]] = ((came > where.since) & (came <= where.upto))[held]
        return self._live(mask)

    def _among(self, where: Among) -> Mask:
        mask = self._generation.nowhere()
        mask[self._held(where.keys)] = True
        return self._live(mask)

    def _not(self, where: Not) -> Mask:
        return self._and(And((where,)))

    def _and(self, where: And) -> Mask:
        """What must not be among few papers costs no mask of its own."""
        mask = self._generation.live.copy()
        for part in where.each:
            if not isinstance(part, Not):
                mask &= self.of(part)
            elif isinstance(part.where, Among):
                mask[self._held(part.where.keys)] = False
            else:
                mask &= ~self.of(part.where)
        return mask

    def _or(self, where: Or) -> Mask:
        mask = self._generation.nowhere()
        for part in where.each:
            mask |= self.of(part)
        return mask

    def _at_rows(self, *found: NDArray[np.int64] | Sequence[int]) -> Mask:
        """Where live papers of these row ids are."""
        mask = self._generation.nowhere()
        for rows in found:
            positions = self._generation.positions(rows)
            mask[positions[positions >= 0]] = True
        return self._live(mask)

    def _held(self, keys: Sequence[int]) -> NDArray[np.int64]:
        """Those of some keys that are any of this generation's."""
        positions = np.asarray(keys, np.int64)
        return positions[(positions >= 0) & (positions < len(self._generation))]

    def _live(self, mask: Mask) -> Mask:
        mask &= self._generation.live
        return mask


_WAYS: dict[type[Any], Callable[[Masks, Any], Mask]] = {
    Dates: Masks._dates,
    Has: Masks._has,
    Phrase: Masks._phrase,
    AnyWord: Masks._any_word,
    AllWords: Masks._all_words,
    TitleIs: Masks._title_is,
    Submitted: Masks._submitted,
    Retracted: Masks._retracted,
    Arrived: Masks._arrived,
    Among: Masks._among,
    Not: Masks._not,
    And: Masks._and,
    Or: Masks._or,
}
