"""Questions into vectors, by the model that the index was made with."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.errors import NearpaperError
from indexer.kept.lookups import looked_up
from indexer.models.embedder import Embedder, Model
from indexer.store import Store
from search.ranking.microbatching import MicroBatching

REMEMBERED = 256
"""Question vectors kept, 1.5 KB each: pages, filters and sorts of one question follow each other,
and encoding is a quarter of a search."""
KEPT_SECONDS = 30.0
"""For how long the last model is kept beside the next one: no answer under way takes longer."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model that is ready."""

    embedder: Embedder
    questions: MicroBatching
    since: float


class Encoder:
    """Loads the model with the first question. Safe to use from many threads.

    The model of an index may change while it is read. The next one is loaded beside the last one,
    in a thread of its own, so that nobody waits for it; see :meth:`is_ready`.

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
        self._loaded: dict[Model, _Loaded] = {}  # replaced, never changed; the newest last
        self._ahead: tuple[Model, threading.Thread] | None = None
        self._recent: OrderedDict[tuple[Model, str], NDArray[np.float32]] = OrderedDict()
        self._ahead_of: set[tuple[Model, str]] = set()  # of these, what nobody has asked for yet

    def encode(self, text: str, model: Model) -> NDArray[np.float32]:
        """The ``(d,)`` unit vector of a question; raises ``ModelError``.

        ``model`` is what the vectors were made with that the question is compared to.
        """
        key = (model, text)
        with self._remembering:
            vector, prepared = self._recent.get(key), key in self._ahead_of
            self._ahead_of.discard(key)
            if vector is not None:
                self._recent.move_to_end(key)
        looked_up("question-vectors", hit=vector is not None and not prepared)
        if vector is not None:
            return vector
        vector = self._load(model).questions.vector(text)
        self._remember(key, vector)
        return vector

    def prepare(self, texts: Collection[str], model: Model) -> None:
        """Encode questions together that will be asked next, as many as are remembered."""
        with self._remembering:
            texts = [text for text in dict.fromkeys(texts) if (model, text) not in self._recent]
        if texts := texts[: self._most]:
            vectors = self.embedder(model).encode_queries(texts)
            for text, vector in zip(texts, vectors, strict=True):
                self._remember((model, text), vector.copy(), ahead=True)

    def _remember(
        self, key: tuple[Model, str], vector: NDArray[np.float32], *, ahead: bool = False
    ) -> None:
        vector.flags.writeable = False  # it is handed out again
        with self._remembering:
            self._recent[key] = vector
            if ahead:
                self._ahead_of.add(key)
            if len(self._recent) > self._most:
                self._ahead_of.discard(self._recent.popitem(last=False)[0])

    def embedder(self, model: Model) -> Embedder:
        """What embeds like ``model``; raises ``ModelError``."""
        return self._load(model).embedder

    def is_ready(self, model: Model) -> bool:
        """Whether to ask vectors that ``model`` made, rather than those of the model before.

        ``False`` while it is being loaded beside another one, which this begins. ``True`` also
        where none was loaded yet, and where it can't be loaded: the answers then say why.
        """
        loaded = self._loaded
        if not loaded:
            return True
        if (found := loaded.get(model)) is not None:
            if len(loaded) > 1 and time.monotonic() > found.since + KEPT_SECONDS:
                self._loaded = {model: found}
            return True
        with self._remembering:
            if self._ahead is None or self._ahead[0] != model:
                thread = threading.Thread(
                    target=self._load_ahead, args=(model,), name="next-model", daemon=True
                )
                self._ahead = (model, thread)
                thread.start()
            return not self._ahead[1].is_alive()

    def close(self) -> None:
        """Wait for a model that is being loaded."""
        if self._ahead is not None:
            self._ahead[1].join()

    def _load_ahead(self, model: Model) -> None:
        with suppress(NearpaperError):  # whoever asks is told
            self._load(model)

    def _load(self, model: Model) -> _Loaded:
        if (found := self._loaded.get(model)) is not None:
            return found
        with self._loading:
            if (found := self._loaded.get(model)) is None:
                embedder = self._store.embedder(model, self._given)
                questions = MicroBatching(embedder.encode_queries)
                found = _Loaded(embedder, questions, time.monotonic())
                last = list(self._loaded.items())[-1:]
                self._loaded = dict([*last, (model, found)])
            return found
