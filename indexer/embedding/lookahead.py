"""Vectors of texts that a run needs, begun before their turn comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from indexer.embedding.embedder_selection import EmbedderSelection
from indexer.entries import Embedded
from indexer.models.bulk import Wait, begin_parts


class Lookahead:
    """Texts by their hashes. What was begun and then isn't needed must be forgotten."""

    def __init__(self, model: EmbedderSelection) -> None:
        self._model = model
        self._begun: dict[str, tuple[Wait, int]] = {}

    def begin(self, texts: Mapping[str, str]) -> list[str]:
        """Start embedding what isn't begun, in parts; the hashes of that."""
        new = [key for key in texts if key not in self._begun]
        if new:
            begun = begin_parts(self._model.bulk, [texts[key] for key in new])
            self._begun.update(zip(new, begun, strict=True))
        return new

    def in_parts(self, texts: Mapping[str, str]) -> Iterator[dict[str, Embedded]]:
        """Wait for the vectors of texts, begun or not; they come in the parts that were begun."""
        self.begin(texts)
        for wait, keys in groupby(texts, key=lambda key: self._begun[key][0]):
            encoded = wait()
            found = {}
            for key in keys:
                place = self._begun.pop(key)[1]
                vector = encoded.vectors[place].astype("float16")
                found[key] = Embedded(vector, bool(encoded.truncated[place]))
            yield found

    def forget(self, keys: Iterable[str]) -> None:
        """Give up what was begun under these hashes."""
        for key in keys:
            self._begun.pop(key, None)
