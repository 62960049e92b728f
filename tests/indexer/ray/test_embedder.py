"""Batches on real actors: the same vectors in the same order, whatever befalls the actors."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from indexer.errors import RayError, UsageError
from indexer.models.bulk import Wait
from indexer.models.cache import cache_folder
from indexer.models.embedder import Embedder
from indexer.models.hashing import HashingEmbedder
from indexer.models.load import load_embedder
from indexer.models.recipe import embed
from indexer.ray import embedder as embedding
from indexer.ray.cluster import Cluster
from indexer.ray.embedder import RayEmbedder
from indexer.ray.options import RayOptions
from indexer.ray.placement import places_on_cpus
from indexer.ray.pool import ActorPool
from tests.indexer.ray.processes import wait_for_actors

pytestmark = pytest.mark.slow  # Ray takes seconds to start

TWO = RayOptions(address="local", actors=2)
BATCHES = [[f"Title {n}\nof {n} words " + "and more " * n for n in range(k)] for k in range(1, 40)]


@pytest.fixture
def bulk(cluster: Cluster) -> Iterator[RayEmbedder]:
    with closing(RayEmbedder(HashingEmbedder(), TWO)) as opened:
        yield opened


def assert_all_come(waits: Sequence[Wait], batches: Sequence[list[str]]) -> None:
    for wait, texts in zip(waits, batches, strict=True):
        given, wanted = wait(), embed(HashingEmbedder(), texts)
        np.testing.assert_array_equal(given.vectors, wanted.vectors)
        np.testing.assert_array_equal(given.truncated, wanted.truncated)


def wait_until_ready(bulk: RayEmbedder) -> None:
    import ray

    ray.get([actor.model.remote() for actor in bulk._pool._actors])


def test_batches_come_back_as_they_were_begun(bulk: RayEmbedder) -> None:
    assert_all_come([bulk.begin(texts) for texts in BATCHES], BATCHES)
    assert bulk.lead == 4


def test_the_batch_of_a_dead_actor_is_given_to_another(
    bulk: RayEmbedder, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    wait_until_ready(bulk)
    one, _ = wait_for_actors(psutil.Process(), 2)
    one.send_signal(signal.SIGSTOP)
    waits = [bulk.begin(texts) for texts in BATCHES]
    threading.Timer(1.0, one.kill).start()
    assert_all_come(waits, BATCHES)
    # A slow machine may also hear that actors are waited for.
    (lost,) = (one for one in caplog.messages if "waiting for actors" not in one)
    assert "an actor is lost, its batch goes to another" in lost
    assert lost.isprintable()
    assert one not in wait_for_actors(psutil.Process(), 2)
    assert_all_come([bulk.begin(texts) for texts in BATCHES], BATCHES)
    assert capfd.readouterr() == ("", "")


def test_when_all_actors_are_dead_it_says_so(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "RESTARTS", 0)
    with closing(RayEmbedder(HashingEmbedder(), TWO)) as bulk:
        wait_until_ready(bulk)
        for actor in wait_for_actors(psutil.Process(), 2):
            actor.kill()
        with pytest.raises(RayError, match=r"no actor is left .* run the same command again"):
            bulk.begin(["one"])()
        with pytest.raises(RayError, match="no actor is left"):
            bulk.begin(["another"])()


def test_vectors_are_those_of_the_model_on_this_machine(
    cluster: Cluster, default_embedder: Embedder, abstracts: list[str]
) -> None:
    texts = [f"A title\n{text}" for text in abstracts]
    with closing(RayEmbedder(default_embedder, TWO)) as bulk:
        given = bulk.begin(texts)()
    wanted = embed(default_embedder, texts)
    assert np.einsum("nd,nd->n", given.vectors, wanted.vectors).min() > 0.9999
    np.testing.assert_array_equal(given.truncated, wanted.truncated)


def test_a_node_without_the_model_gets_it(
    cluster: Cluster, default_embedder: Embedder, abstracts: list[str], tmp_path: Path
) -> None:
    (here,) = cluster.nodes()
    plan = embedding._plan(default_embedder, [replace(here, is_here=False)], is_cuda=False)
    assert plan.converted is not None
    lost = replace(plan, converted=replace(plan.converted, folder=tmp_path / "elsewhere"))
    (place,) = places_on_cpus([here], 1)
    with closing(ActorPool([embedding._actor(lost, place)])) as pool:
        given = pool.submit(abstracts).result(60)
    wanted = embed(default_embedder, abstracts).vectors
    assert np.einsum("nd,nd->n", given.vectors, wanted).min() > 0.9999
    (sent,) = (cache_folder() / "models").glob("sent-*/model.xml")
    assert sent.exists()


def test_a_cluster_without_gpus_is_told_from_a_model_that_needs_none(
    cluster: Cluster, small_model: Path
) -> None:
    cuda = RayOptions(address="local", device="cuda")
    with pytest.raises(RayError, match="no GPU"):
        RayEmbedder(load_embedder(str(small_model)), cuda)
    with pytest.raises(UsageError, match="leave out --device"):
        RayEmbedder(HashingEmbedder(), cuda)
