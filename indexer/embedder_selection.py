"""What a run embeds with: a new index's model, or the one that an index was made with."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from indexer.models.bulk import BulkEmbedder, InProcess
from indexer.models.compatibility import is_int8, require_original, require_precision
from indexer.models.embedder import DEFAULT_MODEL, Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision
from indexer.ray.options import RayOptions
from indexer.store import Store


def no_sample() -> list[str]:
    """Nothing to calibrate on."""
    return []


def require_ray(ray: RayOptions | None) -> None:
    """Raise what would keep a run from embedding on Ray, where it is to; before anything is made.

    Raises:
        UsageError: Ray isn't installed, or the address isn't one.
        RayError: Nobody answers there.
    """
    if ray is not None:
        from indexer.ray.cluster import require_reachable

        require_reachable(ray.address)


def bulk_embedder(embedder: Embedder, ray: RayOptions | None) -> BulkEmbedder:
    """What embeds papers like ``embedder``: here, or on Ray."""
    if ray is None:
        return InProcess(embedder)
    from indexer.ray.embedder import RayEmbedder

    return RayEmbedder(embedder, ray)


class EmbedderSelection:
    """Loads the model when it is needed first: a run without news never needs it.

    Args:
        store: Of the index.
        name: Of the model that was asked for, if one was.
        precision: Likewise.
        sample: Gives texts of the papers to come, which int8 is calibrated on.
        ray: Embed on Ray; raises as :func:`require_ray` does.
    """

    def __init__(
        self,
        store: Store,
        name: str | None,
        precision: Precision | None = None,
        sample: Callable[[], list[str]] = no_sample,
        ray: RayOptions | None = None,
    ) -> None:
        require_ray(ray)
        self._ray = ray
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

    @cached_property
    def bulk(self) -> BulkEmbedder:
        """What embeds papers with it."""
        return bulk_embedder(self.embedder, self._ray)

    @property
    def looks_ahead(self) -> bool:
        """Whether batches may be embedded before their turn."""
        return self._ray is not None

    @property
    def lead(self) -> int:
        """How many may be begun beyond the one that is committed; 0 until one is begun."""
        return self.bulk.lead if "bulk" in vars(self) else 0

    def close(self) -> None:
        """Let go of what embeds elsewhere."""
        if "bulk" in vars(self):
            self.bulk.close()
