"""Which papers of one generation a condition holds for.

As masks over its positions; what few papers meet, such as to hold a phrase, also as positions, so
that a question without filters makes no mask, which takes the longer the larger the index is.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

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
"""What the masks that are kept may take up, and the positions likewise, so that one question makes
each of its own once."""
_LEAST, _MOST = 4, 256  # that are kept, however large and small they are
_Found = TypeVar("_Found", Mask, Positions)


class _Kept(Generic[_Found]):
    """The last ones. Safe to use from many threads."""

    def __init__(self) -> None:
        self._held: OrderedDict[Where, _Found] = OrderedDict()
        self._bytes = 0
        self._turn = threading.Lock()

    def get(self, where: Where, make: Callable[[], _Found]) -> _Found:
        """That of a condition, made where it isn't held."""
        with self._turn:
            found = self._held.get(where)
            if found is not None:
                self._held.move_to_end(where)
        looked_up("conditions", hit=found is not None)
        if found is None:
            found = make()
            found.flags.writeable = False
            self._put(where, found)
        return found

    def _put(self, where: Where, found: _Found) -> None:
        with self._turn:
            if where in self._held:  # made by another thread at the same time
                return
            self._held[where] = found
            self._bytes += found.nbytes
            while len(self._held) > (_MOST if self._bytes <= CACHED_BYTES else _LEAST):
                self._bytes -= self._held.popitem(last=False)[1].nbytes


class Masks:
    """Makes masks and positions and keeps the last ones. Safe to use from many threads.

    They are of live papers only. Nobody may change them: they may be another's, too.
    """

    def __init__(self, generation: Generation, catalog: Catalog) -> None:
        self._generation, self._catalog = generation, catalog
        self._masks, self._positions = _Kept[Mask](), _Kept[Positions]()

    def of(self, where: Where) -> Mask:
        """``(n,)``: where a condition holds."""
        if isinstance(where, All):
            return self._generation.live
        return self._masks.get(where, lambda: self._made(where))

    def few(self, where: Where) -> Positions | None:
        """The positions at which a condition holds, ascending, if few papers meet its kind."""
        if not _lists(where):
            return None
        return self._positions.get(where, lambda: self._listed(where))

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
        positions = np.unique(np.asarray(where.keys, np.int64))
        return positions[(positions >= 0) & (positions < len(self._generation))]

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
        """What few papers meet that must not be met costs no mask of its own."""
        mask = self._generation.live.copy()
        for part in where.each:
            if not isinstance(part, Not):
                mask &= self.of(part)
            elif (few := self.few(part.where)) is not None:
                mask[few] = False
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
