"""What a run embeds with: a new index's model, or the one that an index was made with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from importlib.util import find_spec
from typing import TypeGuard

from indexer.batches import Sample, no_sample
from indexer.errors import ModelError, UsageError
from indexer.models.bulk import BulkEmbedder, InProcess
from indexer.models.choice import Choice, Named, choice_of
from indexer.models.compatibility import is_int8, require_match, require_precision
from indexer.models.conversion.processor import sums_8_bits
from indexer.models.embedder import HASHING_MODEL, Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.models.precision import Precision
from indexer.ray.options import RayOptions
from indexer.store import Store

ENOUGH = 30_000
"""Papers of a new index that is in int8 unasked. With bf16 and VNNI, two cores, calibrating took
46 s, and a paper 8.8 ms instead of 11.6: so 16,000 papers make up for it."""

_LOG = logging.getLogger("nearpaper")


def require_ray(ray: RayOptions | None) -> None:
    """Raise what would keep a run from embedding where it is to; before anything is made.

    Raises:
        UsageError: There is no GPU, Ray isn't installed, or the address isn't one.
        RayError: Nobody answers there.
    """
    if ray is not None and not ray.address and ray.device == "cuda":
        from indexer.models.gpu import require_gpu

        require_gpu()
    if is_elsewhere(ray):
        from indexer.ray.cluster import require_reachable

        require_reachable(ray.address)


def bulk_embedder(embedder: Embedder, ray: RayOptions | None) -> BulkEmbedder:
    """What embeds papers like ``embedder``: here, on the CPU or a GPU, or on Ray.

    Raises:
        UsageError: A GPU is asked for, and the model doesn't run on one.
    """
    if is_elsewhere(ray):
        from indexer.ray.embedder import RayEmbedder

        return RayEmbedder(embedder, ray)
    from indexer.models.gpu import PATIENCE, OnGpu, has_gpu, runs_on_gpus

    device, is_able = ray.device if ray else "auto", runs_on_gpus(embedder.model)
    if device == "cuda" and not is_able:
        raise UsageError(f"{HASHING_MODEL} runs on CPUs only; leave out --device")
    if device == "cuda" or (device == "auto" and is_able and has_gpu()):
        return OnGpu(embedder, patience=0 if device == "cuda" else PATIENCE)
    # A part is some five of the model's own batches: half as many parts keep all streams busy.
    streams = embedder.streams if isinstance(embedder, OpenVinoEmbedder) else 0
    return InProcess(embedder, 1 + streams // 2)


def is_elsewhere(ray: RayOptions | None) -> TypeGuard[RayOptions]:
    """Whether these options are for Ray, and not for this process."""
    return ray is not None and bool(ray.address)


class EmbedderSelection:
    """Loads the model when it is needed first: a run without news never needs it.

    Args:
        store: Of the index.
        named: The model that was asked for, if one was.
        precision: Likewise; by default int8 for :data:`ENOUGH` papers, where it is faster.
        sample: Gives the first papers to come, which int8 is calibrated on.
        ray: Where to embed; raises as :func:`require_ray` does.
    """

    def __init__(
        self,
        store: Store,
        named: Named | None,
        precision: Precision | None = None,
        sample: Callable[[], Sample] = no_sample,
        ray: RayOptions | None = None,
    ) -> None:
        require_ray(ray)
        self._ray = ray
        self._store, self._choice, self._precision = store, choice_of(named), precision
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
        if self._choice != Choice() and not is_new:
            _ = self.embedder  # another one ends the run before anything is read

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded."""
        expected = self._expected
        if expected is None:
            return self._new()
        if self._choice == Choice():
            return self._store.embedder(expected)
        named = self._named(expected)
        if not is_int8(expected):
            return self._store.embedder(expected, named)
        require_match(self._store.location, expected, named.model)
        return self._store.embedder(expected)

    def _new(self) -> Embedder:
        new = partial(self._store.new_embedder, self._choice)
        if self._precision is not None:
            return new(self._precision, lambda: self._sample().texts)
        if not self._may_calibrate() or (self._sample().papers or 0) < ENOUGH:
            return new("auto", list)
        _LOG.warning(
            "calibrating the model for a minute, so that papers are embedded faster (int8); "
            "--precision auto leaves that out"
        )
        try:
            return new("int8", lambda: self._sample().texts)
        except (ModelError, UsageError) as error:
            _LOG.warning("%s; it is not calibrated", str(error).partition(";")[0])
            return new("auto", list)

    def _may_calibrate(self) -> bool:
        """Whether int8 can be made here, is kept there, and is faster than what embeds else."""
        from indexer.models.gpu import has_gpu

        on_cpu = self._ray is not None and self._ray.device == "cpu"
        return (
            self._store.workspace is not None
            and self._choice.name != HASHING_MODEL
            and sums_8_bits()
            and find_spec("nncf") is not None
            and not is_elsewhere(self._ray)
            and (on_cpu or not has_gpu())
        )

    def _named(self, expected: Model) -> Embedder:
        """What was asked for; what that left open is as in the index, if it is the same model."""
        whole = self._choice.after(expected)
        if self._choice.name is None:
            return load_embedder(whole)
        named = load_embedder(self._choice)
        is_same = named.model.weights_sha256 == expected.weights_sha256
        return load_embedder(replace(whole, name=self._choice.name)) if is_same else named

    @cached_property
    def bulk(self) -> BulkEmbedder:
        """What embeds papers with it."""
        return bulk_embedder(self.embedder, self._ray)

    @property
    def lead(self) -> int:
        """How many may be begun beyond the one that is committed; 0 until one is begun."""
        return self.bulk.lead if "bulk" in vars(self) else 0

    def close(self) -> None:
        """Let go of what embeds."""
        if "bulk" in vars(self):
            self.bulk.close()
