"""Which actors go where, and what each may use of its node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.errors import RayError
from indexer.ray.cluster import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What one actor has.

    Attributes:
        node: Ray's name of the node.
        cpus: That Ray reserves.
        gpus: Likewise.
        threads: That the model computes with.
    """

    node: str
    cpus: float
    gpus: float
    threads: int


def has_gpus(nodes: Sequence[Node]) -> bool:
    """Whether any node has a whole GPU."""
    return any(node.gpus >= 1 for node in nodes)


def places_on_gpus(nodes: Sequence[Node], actors: int) -> list[Place]:
    """``actors`` places on every GPU; raises ``RayError`` where there is none."""
    places = [
        Place(node=node.id, cpus=0, gpus=1 / actors, threads=_share(node, int(node.gpus) * actors))
        for node in nodes
        for _ in range(int(node.gpus) * actors)
    ]
    if not places:
        raise RayError(
            "the Ray cluster has no GPU; start its nodes where they have one, or use --device cpu"
        )
    return places


def places_on_cpus(nodes: Sequence[Node], actors: int) -> list[Place]:
    """``actors`` places on every node that has CPUs; raises ``RayError`` where none has."""
    places = [
        Place(
            node=node.id,
            cpus=node.cpus // actors or 1 / actors,
            gpus=0,
            threads=_share(node, actors),
        )
        for node in nodes
        if node.cpus >= 1
        for _ in range(actors)
    ]
    if not places:
        raise RayError("the Ray cluster has no CPU to give; see `ray status`")
    return places


def _share(node: Node, actors: int) -> int:
    """Threads for each of so many actors on a node."""
    return max(1, int(node.cpus // actors))
