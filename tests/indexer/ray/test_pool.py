"""Actors that fail in ways that the real one can't be brought to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import numpy as np
import pytest

from indexer.errors import ModelError, RayError
from indexer.models.embedder import Encoded
from indexer.ray.cluster import Cluster
from indexer.ray.pool import TRIES, ActorPool

pytestmark = pytest.mark.slow  # actors that die are started again, which takes seconds

NOTHING = Encoded(np.zeros((0, 1), np.float32), np.zeros(0, bool))


class Whimsical:
    """Does what the first text says."""

    def model(self) -> None:
        """Is always ready."""

    def encode(self, texts: list[str]) -> Encoded:
        if texts == ["die"]:
            os._exit(1)
        if texts == ["fail"]:
            raise ValueError("not\nlike this")
        if texts == ["refuse"]:
            raise ModelError("it has another model")
        return NOTHING


class Unloadable:
    def model(self) -> None:
        raise ModelError("it has no model")


@contextmanager
def pool_of(kind: type, count: int) -> Iterator[ActorPool]:
    import ray

    remote: Any = ray.remote(kind).options(num_cpus=0, max_restarts=5)
    with closing(ActorPool([remote.remote() for _ in range(count)])) as pool:
        yield pool


def test_a_batch_that_ends_every_actor_is_given_up(cluster: Cluster) -> None:
    with pool_of(Whimsical, 2) as pool:
        with pytest.raises(RayError, match=rf"the same batch ended {TRIES} actors; .*actor"):
            pool.submit(["die"]).result(60)
        with pytest.raises(RayError, match="the same batch"):
            pool.submit([""]).result(60)


def test_what_goes_wrong_in_an_actor_is_one_line(cluster: Cluster) -> None:
    with pool_of(Whimsical, 1) as pool:
        with pytest.raises(RayError, match="embedding on Ray failed: like this"):
            pool.submit(["fail"]).result(60)
        with pytest.raises(ModelError, match=r"^it has another model$"):
            pool.submit(["refuse"]).result(60)
        assert pool.submit([""]).result(60).vectors.shape == (0, 1)


def test_an_actor_without_a_model_ends_it_for_all(cluster: Cluster) -> None:
    with pool_of(Unloadable, 2) as pool, pytest.raises(ModelError, match=r"^it has no model$"):
        pool.submit(["one"]).result(60)


def test_what_waits_when_a_pool_is_closed_fails(cluster: Cluster) -> None:
    with pool_of(Whimsical, 1) as pool:
        waiting = [pool.submit([""]) for _ in range(1000)]
    failed = [one for one in waiting if one.exception(60)]
    assert failed
