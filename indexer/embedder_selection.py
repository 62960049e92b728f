"""What a run embeds with: a new index's model, or the one that an index was made with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from indexer.models.compatibility import is_int8, require_original, require_precision
from indexer.models.embedder import DEFAULT_MODEL, Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision
from indexer.store import Store


def no_sample() -> list[str]:
    """Nothing to calibrate on."""
    return []


class EmbedderSelection:
    """Loads the model when it is needed first: a run without news never needs it.

    Args:
        store: Of the index.
        name: Of the model that was asked for, if one was.
        precision: Likewise.
        sample: Gives texts of the papers to come, which int8 is calibrated on.
    """

    def __init__(
        self,
        store: Store,
        name: str | None,
        precision: Precision | None = None,
        sample: Callable[[], list[str]] = no_sample,
    ) -> None:
        self._store, self._name, self._precision = store, name, precision
        self._sample = sample
        self._expected: Model | None = None

    def for_new_index(self) -> Model:
        """What a new index is made with."""
        self._expected = self.embedder.model
        return self._expected

    def expect(self, model: Model) -> None:
        """Hold to the model that an index was made with."""
        require_precision(self._store.location, model, self._precision)
        is_new, self._expected = self._expected is not None, model
        if self._name is not None and not is_new:
            _ = self.embedder  # another one ends the run before anything is read

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded."""
        expected = self._expected
        if expected is None:
            name, precision = self._name or DEFAULT_MODEL, self._precision or "auto"
            return self._store.new_embedder(name, precision, self._sample)
        if self._name is None:
            return self._store.embedder(expected)
        named = load_embedder(self._name)
        if not is_int8(expected):
            return self._store.embedder(expected, named)
        require_original(self._store.location, expected, named.model)
        return self._store.embedder(expected)
