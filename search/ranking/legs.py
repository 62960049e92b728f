"""What is looked up for a query, by meaning and by words, to a fixed depth."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.snapshot import Hits, Keys, Snapshot, Vector
from indexer.where import ALL, AllWords, Where
from search.options import Mode
from search.ranking.fusion import best_first
from search.ranking.ranking import DEPTH, NO_HITS, among
from search.stages import stage

MOST = 1_000
"""Holders that are listed; where there are more, what was found is looked through."""


@dataclass(frozen=True, slots=True, eq=False)
class Holders:
    """The papers that hold all words of a text.

    Attributes:
        text: Whose words.
        count: How many papers hold them.
        keys: These, where they are at most :data:`MOST`.
    """

    text: str = ""
    count: int = 0
    keys: Keys | None = None

    def among(self, snapshot: Snapshot, keys: Keys) -> Keys:
        """Those of some papers."""
        if self.keys is not None:
            return keys[among(keys, self.keys)]
        return keys[snapshot.passes(keys, AllWords(self.text))]


NO_HOLDERS = Holders()


def holders(snapshot: Snapshot, text: str) -> Holders:
    """Count and list the papers that hold all words of a text."""
    where = AllWords(text)
    count = snapshot.count(where)
    few = snapshot.ordered("added", count, where) if 0 < count <= MOST else None
    return Holders(text, count, few)


def lexical_leg(snapshot: Snapshot, text: str) -> Hits:
    """What the words of a text find."""
    with stage("bm25"):
        return snapshot.bm25(text, DEPTH, ALL)


def dense_leg(snapshot: Snapshot, where: Where, mode: Mode, vector: Vector | None) -> Hits:
    """What a query's vector finds."""
    if mode == "lexical" or vector is None:
        return NO_HITS
    with stage("nearest"):
        return best_first(*snapshot.nearest(vector, DEPTH, where))
