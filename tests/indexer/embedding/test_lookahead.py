"""Vectors begun before their turn, in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.embedding.embedder_selection import EmbedderSelection
from indexer.embedding.lookahead import Lookahead
from indexer.models.bulk import WHOLE, Wait
from indexer.models.embedder import Encoded


class Bulk:
    """Gives a text its number as its vector, and another size of parts each time it is asked."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self._sizes = iter(sizes)
        self.begun: list[list[str]] = []

    @property
    def part(self) -> int:
        return next(self._sizes, WHOLE)

    def begin(self, texts: Sequence[str]) -> Wait:
        self.begun.append(list(texts))
        numbers = np.array([[float(text)] for text in texts])
        return lambda: Encoded(numbers, np.zeros(len(texts), bool))


class Selection:
    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk


@given(
    st.lists(st.lists(st.integers(0, 30), unique=True), max_size=4),
    st.lists(st.integers(1, 9), max_size=12),
)
def test_every_text_is_begun_once_and_comes_with_its_own_vector(
    batches: list[list[int]], sizes: list[int]
) -> None:
    bulk = Bulk(sizes)
    ahead = Lookahead(cast(EmbedderSelection, Selection(bulk)))
    texts = [{f"key {n}": str(n) for n in batch} for batch in batches]
    begun = [key for batch in texts for key in ahead.begin(batch)]
    assert sorted(begun) == sorted({key for batch in texts for key in batch})
    seen: set[str] = set()
    for batch in texts:
        new = {key: text for key, text in batch.items() if key not in seen}
        seen |= new.keys()
        found = {key: one for part in ahead.in_parts(new) for key, one in part.items()}
        assert {key: str(int(one.vector[0])) for key, one in found.items()} == new
    told = [text for part in bulk.begun for text in part]
    assert len(told) == len(set(told)) == len(seen)
