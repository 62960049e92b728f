"""Vectors of texts that a run needs, begun before their turn comes where that is of use."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping

from indexer.embedding.embedder_selection import EmbedderSelection
from indexer.entries import Embedded
from indexer.models.bulk import Wait

FIRST_PART = 4
"""Texts that are embedded at once at first."""
PART_SECONDS = 0.5
"""What embedding a part should take, about: what Ctrl-C may cost."""


class Lookahead:
    """Texts by their hashes. What was begun and then isn't needed must be forgotten."""

    def __init__(self, model: EmbedderSelection) -> None:
        self._model = model
        self._begun: dict[str, tuple[Wait, int]] = {}
        self._part = FIRST_PART

    def begin(self, texts: Mapping[str, str]) -> list[str]:
        """Start embedding as one batch what isn't begun; the hashes of that."""
        new = [key for key in texts if key not in self._begun]
        if new:
            wait = self._model.bulk.begin([texts[key] for key in new])
            self._begun.update({key: (wait, place) for place, key in enumerate(new)})
        return new

    def vectors(self, texts: Mapping[str, str]) -> dict[str, Embedded]:
        """Wait for the vectors of texts, begun or not."""
        self.begin(texts)
        return {key: _embedded(*self._begun.pop(key)) for key in texts}

    def in_parts(self, texts: Mapping[str, str]) -> Iterator[dict[str, Embedded]]:
        """The same a few at a time; all at once where they are embedded elsewhere.

        The first parts are small, so that something is to be seen soon.
        """
        keys = list(texts)
        while keys:
            count = len(keys) if self._model.looks_ahead else self._part
            start = time.monotonic()
            part = self.vectors({key: texts[key] for key in keys[:count]})
            took = time.monotonic() - start
            yield part
            del keys[:count]
            if took < PART_SECONDS and len(part) == self._part:
                self._part *= 2
            elif took > 2 * PART_SECONDS:
                self._part = max(self._part // 2, FIRST_PART)

    def forget(self, keys: Iterable[str]) -> None:
        """Give up what was begun under these hashes."""
        for key in keys:
            self._begun.pop(key, None)


def _embedded(wait: Wait, place: int) -> Embedded:
    encoded = wait()
    return Embedded(encoded.vectors[place].astype("float16"), bool(encoded.truncated[place]))
