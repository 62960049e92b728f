"""Batches of papers embedded on Ray: a :class:`~indexer.models.bulk.BulkEmbedder`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from indexer.errors import UsageError
from indexer.models.bulk import WHOLE, Wait
from indexer.models.embedder import HASHING_MODEL, Embedder
from indexer.models.gpu import runs_on_gpus
from indexer.models.openvino_embedder import OpenVinoEmbedder
from indexer.ray.cluster import Cluster, Node
from indexer.ray.encoder import Encoder, Files, Plan, files_of
from indexer.ray.options import RayOptions
from indexer.ray.placement import Place, has_gpus, places_on_cpus, places_on_gpus
from indexer.ray.pool import ActorPool
from indexer.version import version

RESTARTS = 10
"""Of each actor that dies; then its node or the model is to blame."""


class RayEmbedder:
    """Actors that embed what is begun, several batches at once.

    Args:
        embedder: The model as it is on this machine; actors load the same.
        options: Where they run.

    Raises:
        UsageError: Ray isn't installed, or the model doesn't run on a GPU.
        RayError: The cluster can't be reached or has no place.
    """

    def __init__(self, embedder: Embedder, options: RayOptions) -> None:
        self._cluster = Cluster(options.address)
        try:
            nodes = self._cluster.nodes()
            is_cuda = _is_cuda(embedder, options, nodes)
            places = (places_on_gpus if is_cuda else places_on_cpus)(nodes, options.actors)
            plan = _plan(embedder, nodes, is_cuda=is_cuda)
            self._pool = ActorPool([_actor(plan, place) for place in places])
        except BaseException:
            self._cluster.close()
            raise
        # While one is committed, another may be done; more would only take up memory.
        self._lead = 2 * len(places)

    @property
    def lead(self) -> int:
        """Batches beyond the one that is waited for: two for each actor."""
        return self._lead

    @property
    def part(self) -> int:
        """Whole batches, since each goes through the network."""
        return WHOLE

    def begin(self, texts: Sequence[str]) -> Wait:
        """Hand ``n`` texts to the next actor that is free."""
        return self._pool.submit(texts).result

    def close(self) -> None:
        """End the actors and leave the cluster."""
        try:
            self._pool.close()
        finally:
            self._cluster.close()


def _is_cuda(embedder: Embedder, options: RayOptions, nodes: Sequence[Node]) -> bool:
    model = embedder.model
    is_able = runs_on_gpus(model)
    if options.device == "cuda" and not is_able:
        raise UsageError(f"{HASHING_MODEL} runs on CPUs only; leave out --device")
    return options.device == "cuda" or (options.device == "auto" and is_able and has_gpus(nodes))


def _plan(embedder: Embedder, nodes: Sequence[Node], *, is_cuda: bool) -> Plan:
    converted = None
    files: partial[Files] = partial(dict)
    if isinstance(embedder, OpenVinoEmbedder) and not is_cuda:
        converted = embedder.converted
        if not all(node.is_here for node in nodes):
            import ray

            # Once for all actors: Ray copies it to each node that asks for it.
            files = partial(ray.get, ray.put(files_of(converted)))
    return Plan(
        model=embedder.model,
        version=version(),
        is_cuda=is_cuda,
        converted=converted,
        files=files,
    )


def _actor(plan: Plan, place: Place) -> Any:  # noqa: ANN401 - made by Ray
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    made = ray.remote(Encoder).options(
        num_cpus=place.cpus,
        num_gpus=place.gpus,
        max_restarts=RESTARTS,
        scheduling_strategy=NodeAffinitySchedulingStrategy(place.node, soft=False),
    )
    return made.remote(plan, place.threads)
