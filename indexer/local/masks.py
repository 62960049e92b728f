"""Which papers of one generation a condition holds for.

As masks over its positions; what few papers meet, such as to hold a phrase, also as positions, so
that a question without filters makes no mask, which takes the longer the larger the index is.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from indexer.kept.lookups import looked_up
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.history import came_earlier
from indexer.local.catalog.submissions import Submissions
from indexer.local.segments.columns import Mask, Positions
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
_LEAST_BYTES = 64_000
"""What is kept in a small index though it takes more room than a mask."""
_Found = TypeVar("_Found", Mask, Positions)


class Masks:
    """Makes masks and positions and keeps the last ones. Safe to use from many threads.

    They are of live papers only. Nobody may change them: they may be another's, too.
    """

    def __init__(self, generation: Generation, catalog: Catalog) -> None:
        self._generation, self._catalog = generation, catalog
        self._kept: OrderedDict[Where, Mask] = OrderedDict()
        self._few: OrderedDict[Where, Positions] = OrderedDict()
        self._size = min(_MOST, max(_LEAST, CACHED_BYTES // (2 * len(generation) + _LEAST_BYTES)))
        self._turn = threading.Lock()

    def of(self, where: Where) -> Mask:
        """``(n,)``: where a condition holds."""
        if isinstance(where, All):
            return self._generation.live
        return self._remembered(self._kept, where, lambda: self._made(where))

    def few(self, where: Where) -> Positions | None:
        """The positions at which a condition holds, ascending, if few papers meet its kind."""
        if not _lists(where):
            return None
        return self._remembered(self._few, where, lambda: self._listed(where))

    def _remembered(
        self, kept: OrderedDict[Where, _Found], where: Where, make: Callable[[], _Found]
    ) -> _Found:
        with self._turn:
            if where in kept:
                kept.move_to_end(where)
                looked_up("conditions", hit=True)
                return kept[where]
        looked_up("conditions", hit=False)
        found = make()
        found.flags.writeable = False
        if found.nbytes <= len(self._generation) + _LEAST_BYTES:
            with self._turn:
                kept[where] = found
                while len(kept) > self._size:
                    kept.popitem(last=False)
        return found

    def _made(self, where: Where) -> Mask:
        positions = self.few(where)
        if positions is None:
            return _WAYS[type(where)](self, where)
        mask = self._generation.nowhere()
        mask[positions] = True
        return mask

    def _listed(self, where: Where) -> Positions:
        if isinstance(where, Or):
            return _together([self._listed(part) for part in where.each])
        found = _LISTS[type(where)](self, where)
        return found[self._generation.live[found]]

    def _phrase(self, where: Phrase) -> Positions:
        each = [self._generation.lexicon.holding(field, where.text) for field in where.fields]
        return self._at_rows(_together(each))

    def _all_words(self, where: AllWords) -> Positions:
        return self._at_rows(self._generation.lexicon.holding_all(where.text))

    def _title_is(self, where: TitleIs) -> Positions:
        key = np.uint64(title_hash(where.title))
        return np.flatnonzero(self._generation.mask(lambda columns: columns.titles == key))

    def _among(self, where: Among) -> Positions:
        return np.unique(self._held(where.keys))

    def _at_rows(self, rows: NDArray[np.int64]) -> Positions:
        """Of row ids, ascending."""
        found = self._generation.positions(rows)
        return found[found >= 0]

    def _dates(self, where: Dates) -> Mask:
        dated = self._generation.mask(lambda columns: columns.dated(where.first, where.last))
        return self._live(dated)

    def _has(self, where: Has) -> Mask:
        field, words = where.field, where.words
        if where.whole:
            return self._live(self._generation.mask(lambda columns: columns.named(field, words)))
        return self._live(self._generation.mask(lambda columns: columns.having(field, words)))

    def _any_word(self, where: AnyWord) -> Mask:
        return self._mask_of_rows(self._generation.lexicon.holding_any(where.text))

    def _submitted(self, where: Submitted) -> Mask:
        submissions = Submissions(self._catalog, self._generation.manifest.change)
        return self._mask_of_rows(submissions.rows(where.first, where.last))

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

    def _mask_of_rows(self, rows: NDArray[np.int64] | Sequence[int]) -> Mask:
        """Where live papers of these row ids are."""
        mask = self._generation.nowhere()
        mask[self._at_rows(np.asarray(rows, np.int64))] = True
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
    AnyWord: Masks._any_word,
    Submitted: Masks._submitted,
    Retracted: Masks._retracted,
    Arrived: Masks._arrived,
    Not: Masks._not,
    And: Masks._and,
    Or: Masks._or,
}

_LISTS: dict[type[Any], Callable[[Masks, Any], Positions]] = {
    Phrase: Masks._phrase,
    AllWords: Masks._all_words,
    TitleIs: Masks._title_is,
    Among: Masks._among,
}
"""Conditions that few papers meet."""


def _together(found: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """What is in any of some arrays, each once, ascending; one alone is so already."""
    if len(found) == 1:
        return found[0]
    return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def _lists(where: Where) -> bool:
    """Whether few papers meet a condition of this kind."""
    return all(map(_lists, where.each)) if isinstance(where, Or) else type(where) in _LISTS
