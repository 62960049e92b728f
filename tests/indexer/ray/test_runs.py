"""Whole runs with batches embedded ahead: the index becomes the same as without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from indexer.errors import UsageError
from indexer.location import using_store
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info, rebuild
from indexer.papers.paper import Paper
from indexer.pipeline import add, opened
from indexer.progress import Estimate, Silent, Tally
from indexer.ray.cluster import Cluster
from indexer.ray.options import RayOptions
from indexer.snapshot import Snapshot
from indexer.where import ALL
from tests.indexer.ray.conftest import WritePapers
from tests.indexer.ray.processes import actors

pytestmark = pytest.mark.slow  # Ray takes seconds to start

TWO = RayOptions(address="local", actors=2)
Reading = Callable[[Path], Snapshot]


class Interrupting:
    """Ctrl-C, once so many papers are in."""

    def __init__(self, papers: int) -> None:
        self._papers = papers

    def estimated(self, estimate: Estimate) -> None: ...

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        if tally.embedded >= self._papers:
            raise KeyboardInterrupt


def content(snapshot: Snapshot) -> tuple[list[Paper], bytes]:
    keys = np.concatenate([*snapshot.scan(ALL)])
    papers = [replace(paper, harvested="") for paper in snapshot.papers(keys)]
    return papers, snapshot.vectors(keys).tobytes()


def untimed(tally: Tally) -> Tally:
    return replace(tally, seconds=0.0, rejects_file=None)


def test_an_index_is_the_same_as_without(
    cluster: Cluster, papers: WritePapers, tmp_path: Path, reading: Reading
) -> None:
    source, there, here = papers(1500), tmp_path / "there", tmp_path / "here"
    tally = add(there, [source], model="hashing", ray=TWO)
    assert untimed(tally) == untimed(add(here, [source], model="hashing"))
    assert tally.folded > 100
    assert tally.embedded > 1500  # texts that a later record replaced
    assert content(reading(there)) == content(reading(here))
    assert check(there) == []


def test_known_papers_need_no_actors(cluster: Cluster, papers: WritePapers, tmp_path: Path) -> None:
    source, index = papers(300), tmp_path / "index"
    add(index, [source], model="hashing")
    tally = add(index, [source], ray=TWO)
    assert (tally.added, tally.updated, tally.embedded) == (0, 0, 0)
    assert not actors(psutil.Process())


def test_a_stopped_run_keeps_what_is_in_and_is_resumed(
    cluster: Cluster, papers: WritePapers, tmp_path: Path, reading: Reading
) -> None:
    source, index = papers(1500), tmp_path / "index"
    first = add(index, [source], model="hashing", ray=TWO, listener=Interrupting(700))
    assert (first.interrupted, first.added) == (True, 768)
    assert info(index)["papers"] == 768
    rest = add(index, [source], ray=TWO)
    assert (rest.interrupted, rest.added) == (False, 1500 - 768)
    add(tmp_path / "whole", [source], model="hashing")
    assert content(reading(index)) == content(reading(tmp_path / "whole"))


def test_a_harvested_page_is_committed_whole(
    cluster: Cluster, tmp_path: Path, reading: Reading
) -> None:
    records = [Paper(id=f"p{n}", title=f"Page {n}", abstract="of words " * n) for n in range(900)]
    index = tmp_path / "index"
    with opened(index, model="hashing", ray=TWO, listener=Silent()) as run:
        run.take(records[:600], second_hand=False, meta={"fetch:x": "600"})
        run.take([], second_hand=False, meta={"fetch:y": "empty"})
        run.take(records[600:], second_hand=False, meta={"fetch:x": "900"})
        assert (run.writer.meta("fetch:x"), run.writer.meta("fetch:y")) == ("900", "empty")
    assert [paper.id for paper in content(reading(index))[0]] == [paper.id for paper in records]


def test_all_papers_are_embedded_again_in_their_order(
    cluster: Cluster, papers: WritePapers, tmp_path: Path, reading: Reading
) -> None:
    source, index = papers(2500), tmp_path / "index"
    add(index, [source], model="hashing")
    before = content(reading(index))
    with pytest.raises(KeyboardInterrupt):
        rebuild(index, embed=True, ray=TWO, listener=Interrupting(700))
    with using_store(index) as store, store.writer() as writer:
        assert writer.meta("next")
    rebuild(index, embed=True, ray=TWO)
    assert content(reading(index)) == before
    assert check(index) == []
    with pytest.raises(UsageError, match="add --embed"):
        rebuild(index, ray=TWO)
