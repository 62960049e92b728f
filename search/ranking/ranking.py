"""The order of the papers that answer one request: a value, and the functions that change it.

The head is what the legs found in their first :data:`DEPTH`, fused; it doesn't depend on the page.
Behind it the other papers follow that may come back, nearest first. So pages tile the ranking,
whenever k papers pass k come back, and the first k never change with k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from indexer.snapshot import Hits, Keys, Order, Snapshot, Vector
from indexer.where import Phrase, Where, parts, without
from search.limits import MAX_DEPTH
from search.options import Mode, Sort

DEPTH = 1_000
"""How deep each leg looks. At 1,000, 500, 300 and 200, the mean nDCG@10 of six test collections is
0.611, 0.609, 0.608 and 0.607, recall@20 of LitSearch 0.674, 0.668, 0.658 and 0.658."""

NO_KEYS: Keys = np.empty(0, np.int64)
NO_HITS: Hits = (NO_KEYS, np.empty(0, np.float32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """Papers of one snapshot, best first.

    Attributes:
        where: Which papers may come back.
        mode: What was searched by.
        text: The words that were looked for, if any.
        vector: ``(d,)``, what was searched for by meaning; ``None`` where nothing was.
        dense: What the dense leg found, with cosines.
        lexical: What the lexical leg found, with BM25 scores.
        head: Fused, then changed by the functions below.
        close: The papers that are close to what was asked, ascending.
        named: How many papers at the top were named outright.
        folded: Near-duplicates of better papers: they neither come back nor count.
        dropped: Papers that don't come back, but count.
        ends: Nothing follows the head.
    """

    where: Where
    mode: Mode
    text: str = ""
    vector: Vector | None = None
    dense: Hits = field(default_factory=lambda: NO_HITS)
    lexical: Hits = field(default_factory=lambda: NO_HITS)
    head: Keys = field(default_factory=lambda: NO_KEYS)
    close: Keys = field(default_factory=lambda: NO_KEYS)
    named: int = 0
    folded: Keys = field(default_factory=lambda: NO_KEYS)
    dropped: Keys = field(default_factory=lambda: NO_KEYS)
    ends: bool = False

    @property
    def is_listing(self) -> bool:
        """Nothing but filters was asked for, so that there is no best paper."""
        return not self.text and self.vector is None and not self.ends

    @property
    def is_set(self) -> bool:
        """What was asked itself says which papers are meant: a phrase, or filters alone."""
        return self.is_listing or any(isinstance(part, Phrase) for part in parts(self.where))

    @property
    def near(self) -> Keys:
        """The papers that were named and those that are close, ascending; not of a set."""
        return union(self.head[: self.named], self.close)

    @property
    def counted(self) -> Where:
        """The papers that may come back, without near-duplicates."""
        return without(self.where, _tuple(self.folded))


def among(keys: Keys, others: Keys) -> NDArray[np.bool_]:
    """``(n,)``: which keys are among others; in half the time of ``np.isin`` for a thousand."""
    if not len(others):
        return np.zeros(len(keys), np.bool_)
    ascending = np.sort(others)
    found: NDArray[np.bool_] = ascending.take(np.searchsorted(ascending, keys), mode="clip") == keys
    return found


def union(one: Keys, other: Keys) -> Keys:
    """The keys of both, each once, ascending; in a third of the time of ``np.union1d``."""
    both = np.sort(np.concatenate([one, other]))
    return both[np.diff(both, prepend=-1) > 0]


def promote(ranking: Ranking, chosen: Keys) -> Ranking:
    """The papers that were named outright first, in the order they have, before earlier ones."""
    if not len(chosen):
        return ranking
    earlier = ranking.head[: ranking.named]
    named = np.concatenate([chosen, earlier[~among(earlier, chosen)]])
    rest = ranking.head[~among(ranking.head, named)]
    return replace(ranking, head=np.concatenate([named, rest]), named=len(named))


def reorder(ranking: Ranking, order: NDArray[np.intp]) -> Ranking:
    """The ``n`` papers behind those that were named in another ``(n,)`` order."""
    head, start = ranking.head.copy(), ranking.named
    stop = start + len(order)
    head[start:stop] = head[start:stop][order]
    return replace(ranking, head=head)


def drop(ranking: Ranking, wanted: NDArray[np.bool_]) -> Ranking:
    """Without those of the head for which ``wanted``, in its order, is false."""
    dropped = np.concatenate([ranking.dropped, ranking.head[~wanted]])
    return replace(_kept(ranking, wanted), dropped=dropped)


def fold(ranking: Ranking, wanted: NDArray[np.bool_]) -> Ranking:
    """The same, and what is left out doesn't count either."""
    folded = np.concatenate([ranking.folded, ranking.head[~wanted]])
    return replace(_kept(ranking, wanted), folded=folded)


def _kept(ranking: Ranking, wanted: NDArray[np.bool_]) -> Ranking:
    named = int(np.count_nonzero(wanted[: ranking.named]))
    close = ranking.close[~among(ranking.close, ranking.head[~wanted])]
    return replace(ranking, head=ranking.head[wanted], named=named, close=close)


def cut(
    ranking: Ranking,
    snapshot: Snapshot,
    least: float,
    depth: int,
    reach: Callable[[Keys, float], NDArray[np.bool_]],
) -> Ranking:
    """Without what scores less than ``least``; nothing follows what is left.

    Where fewer than ``depth`` papers are left, those behind the head are looked at too, as far
    down as pages reach, unless what the dense leg found there, and its furthest, score less.
    """
    if ranking.is_listing:
        return ranking
    good, dense = reach(ranking.head, least), ranking.dense[0]
    nearest_behind = np.append(dense[~among(dense, ranking.head)], dense[-1:])
    may_follow = not len(dense) or reach(nearest_behind, least).any()
    if np.count_nonzero(good) < depth and may_follow:
        ranking = replace(ranking, head=page(ranking, snapshot, 0, MAX_DEPTH))
        good = reach(ranking.head, least)
    return replace(drop(ranking, good), ends=True)


def sort(ranking: Ranking, snapshot: Snapshot, order: Sort) -> Ranking:
    """In another order what was named, else what is close; the others follow by relevance.

    A set is sorted as a whole.
    """
    if order == "relevance" or ranking.is_listing:
        return ranking
    if ranking.is_set and not (ranking.named or ranking.ends):
        first = snapshot.ordered(order, MAX_DEPTH, ranking.counted)
        first = first[~among(first, ranking.dropped)]
    else:
        named = ranking.head[: ranking.named]
        matching = named if len(named) else ranking.head[among(ranking.head, ranking.close)]
        values = snapshot.values("date" if order == "newest" else "upvotes", matching)
        first = matching[np.argsort(-values.astype(np.int64), kind="stable")]
    others = ranking.head[~among(ranking.head, first)]
    return replace(ranking, head=np.concatenate([first, others]))


def page(
    ranking: Ranking, snapshot: Snapshot, offset: int, limit: int, order: Sort = "relevance"
) -> Keys:
    """A page of the ranking; ``order`` is that of a listing, the newest first by default."""
    if ranking.is_listing:
        by: Order = "upvotes" if order == "upvotes" else "newest"
        return snapshot.ordered(by, limit, ranking.where, offset)
    depth = offset + limit
    if depth <= len(ranking.head) or ranking.ends:
        return ranking.head[offset:depth]
    return np.concatenate([ranking.head, _rest(ranking, snapshot, depth)])[offset:depth]


def _rest(ranking: Ranking, snapshot: Snapshot, k: int) -> Keys:
    """What follows the head: at least the first ``k`` of it, if there are so many."""
    gone = np.concatenate([ranking.head, ranking.dropped, ranking.folded])
    if ranking.mode == "lexical" and ranking.text:
        if len(ranking.lexical[0]) < DEPTH:
            return NO_KEYS
        found = snapshot.bm25(ranking.text, DEPTH + k, ranking.where)[0]
        return found[~among(found, gone)]
    others = without(ranking.where, _tuple(gone))
    if ranking.vector is None:
        return snapshot.ordered("added", k, others)
    # Only what is exact goes on where a shorter search of the same ended.
    return snapshot.nearest(ranking.vector, k, others, exact=True)[0]


def _tuple(keys: Keys) -> tuple[int, ...]:
    return tuple(keys.tolist())
