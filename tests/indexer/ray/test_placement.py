"""Which actors a cluster gets."""

from __future__ import annotations

import pytest

from indexer.errors import RayError
from indexer.ray.cluster import Node
from indexer.ray.placement import has_gpus, places_on_cpus, places_on_gpus

NODES = [
    Node(id="head", cpus=0, gpus=0, is_here=True),
    Node(id="cpus", cpus=7, gpus=0, is_here=False),
    Node(id="gpus", cpus=16, gpus=2, is_here=False),
    Node(id="half", cpus=1, gpus=0.5, is_here=False),
]


def test_one_actor_on_each_node_has_all_its_cpus() -> None:
    places = places_on_cpus(NODES, 1)
    assert [(one.node, one.cpus, one.threads) for one in places] == [
        ("cpus", 7, 7),
        ("gpus", 16, 16),
        ("half", 1, 1),
    ]


def test_several_share_them() -> None:
    places = places_on_cpus(NODES, 2)
    assert [(one.node, one.cpus, one.threads) for one in places] == [
        *[("cpus", 3, 3)] * 2,
        *[("gpus", 8, 8)] * 2,
        *[("half", 0.5, 1)] * 2,
    ]


def test_each_gpu_has_its_own() -> None:
    assert has_gpus(NODES)
    assert not has_gpus([NODES[1], NODES[3]])
    for actors, share, threads in ((1, 1, 8), (4, 0.25, 2)):
        places = places_on_gpus(NODES, actors)
        assert {(one.node, one.gpus, one.cpus, one.threads) for one in places} == {
            ("gpus", share, 0, threads)
        }
        assert len(places) == 2 * actors


def test_no_place_is_one_line() -> None:
    with pytest.raises(RayError, match="no GPU"):
        places_on_gpus(NODES[:2], 1)
    with pytest.raises(RayError, match="no CPU"):
        places_on_cpus(NODES[:1], 1)
