"""Questions into vectors, by the model that the index was made with."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from indexer.models.embedder import Embedder, Model
from indexer.store import Store
from search.ranking.microbatching import MicroBatching

REMEMBERED = 256
"""Question vectors kept, 1.5 KB each: pages, filters and sorts of one question follow each other,
and encoding is a quarter of a search."""


class Encoder:
    """Loads the model with the first question. Safe to use from many threads.

    Args:
        store: Of the vectors that questions are compared with.
        embedder: Used instead of the model that the index was made with.
        remembered: How many question vectors are kept.
    """

    def __init__(
        self, store: Store, embedder: Embedder | None = None, *, remembered: int = REMEMBERED
    ) -> None:
        self._store, self._given, self._most = store, embedder, remembered
        self._loading, self._remembering = threading.Lock(), threading.Lock()
        self._loaded: tuple[Model, Embedder, MicroBatching] | None = None
        self._recent: OrderedDict[tuple[Model, str], NDArray[np.float32]] = OrderedDict()

    def encode(self, text: str, model: Model) -> NDArray[np.float32]:
        """The ``(d,)`` unit vector of a question; raises ``ModelError``.

        ``model`` is what the vectors were made with that the question is compared to.
        """
        key = (model, text)
        with self._remembering:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        vector = self._load(model)[1].vector(text)
        self._remember(key, vector)
        return vector

    def prepare(self, texts: Collection[str], model: Model) -> None:
        """Encode questions together that will be asked next, as many as are remembered."""
        with self._remembering:
            texts = [text for text in dict.fromkeys(texts) if (model, text) not in self._recent]
        if texts := texts[: self._most]:
            vectors = self.embedder(model).encode_queries(texts)
            for text, vector in zip(texts, vectors, strict=True):
                self._remember((model, text), vector.copy())

    def _remember(self, key: tuple[Model, str], vector: NDArray[np.float32]) -> None:
        vector.flags.writeable = False  # it is handed out again
        with self._remembering:
            self._recent[key] = vector
            if len(self._recent) > self._most:
                self._recent.popitem(last=False)

    def embedder(self, model: Model) -> Embedder:
        """What embeds like ``model``; raises ``ModelError``."""
        return self._load(model)[0]

    def _load(self, model: Model) -> tuple[Embedder, MicroBatching]:
        with self._loading:
            if self._loaded is None or self._loaded[0] != model:
                embedder = self._store.embedder(model, self._given)
                self._loaded = (model, embedder, MicroBatching(embedder.encode_queries))
            return self._loaded[1:]
