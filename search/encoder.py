"""Questions into vectors, by the model that the index was made with."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.embedding import Embedder, Model
from indexer.matching import load_matching, require_match


class Encoder:
    """Loads the model with the first question. Safe to use from many threads."""

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        self._folder, self._given = folder, embedder
        self._loading = threading.Lock()
        self._loaded: tuple[Model, Embedder] | None = None

    def encode(self, text: str, model: Model) -> NDArray[np.float32]:
        """The ``(d,)`` unit vector of a question; raises ``ModelError``.

        ``model`` is what the vectors were made with that the question is compared to.
        """
        return self.embedder(model).encode_query(text)

    def embedder(self, model: Model) -> Embedder:
        """What embeds like ``model``; raises ``ModelError``."""
        with self._loading:
            if self._loaded is None or self._loaded[0] != model:
                self._loaded = (model, self._load(model))
            return self._loaded[1]

    def _load(self, model: Model) -> Embedder:
        if self._given is None:
            return load_matching(self._folder, model)
        require_match(self._folder, model, self._given.model)
        return self._given
