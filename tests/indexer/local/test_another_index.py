"""Another index in the place of one that is open: each answer comes from one of them, whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from indexer.errors import SnapshotExpiredError
from indexer.location import open_store
from indexer.maintenance.backup import backup, restore
from indexer.maintenance.check import check
from indexer.pipeline import add
from search.engine import Engine

PAPERS = 30


def index_papers(index: Path, first: int, topic: str) -> None:
    """Add papers whose titles say what their ids are."""
    source = index.parent / f"{topic}.jsonl"
    numbers = range(first, first + PAPERS)
    lines = [{"id": f"{topic}-{n}", "title": f"{topic} {n}", "abstract": topic} for n in numbers]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    add(index, [str(source)], model="hashing")


@pytest.fixture
def swapped(tmp_path: Path) -> tuple[Path, Callable[[], None]]:
    """An index, and what puts its backup into its place and adds other papers there."""
    index = tmp_path / "index"
    index_papers(index, 0, "parsing")
    backup(index, tmp_path / "backup")
    index_papers(index, 100, "galaxies")

    def swap() -> None:
        index.rename(tmp_path / "old")
        restore(tmp_path / "backup", index)
        index_papers(index, 200, "proteins")

    return index, swap


def test_no_answer_mixes_two_indexes(swapped: tuple[Path, Callable[[], None]]) -> None:
    index, swap = swapped
    with Engine.open(index) as engine:
        assert {r.paper.id.split("-")[0] for r in engine.search("galaxies", limit=5)} == {
            "galaxies"
        }
        swap()
        for topic in ("proteins", "parsing"):
            answer = engine.search(topic, limit=5)
            assert {r.paper.id.split("-")[0] for r in answer} == {topic}
        assert not any(
            r.paper.id.startswith("galaxies") for r in engine.search("galaxies", limit=99)
        )


def test_a_snapshot_never_reads_the_catalog_of_another_index(
    swapped: tuple[Path, Callable[[], None]],
) -> None:
    index, swap = swapped
    store = open_store(index)
    snapshot = store.snapshot()
    assert snapshot is not None
    keys = snapshot.locate([f"galaxies-{n}" for n in range(100, 100 + PAPERS)])
    expected = [paper.id for paper in snapshot.papers(keys)]
    swap()
    with ExitStack() as lent:  # as many connections as requests at once would need
        database = snapshot._catalog.database  # type: ignore[attr-defined]
        lent.enter_context(database._lent())
        with pytest.raises(SnapshotExpiredError, match="another index"):
            snapshot.papers(keys)
    assert [paper.id for paper in snapshot.papers(keys)] == expected
    store.close()


def test_a_writer_publishes_nothing_into_another_index(
    tmp_path: Path, swapped: tuple[Path, Callable[[], None]]
) -> None:
    index, swap = swapped
    with open_store(index).writer() as writer:
        writer.commit([], removed=["parsing-3"])
        swap()
        files = {path: path.stat().st_ino for path in index.rglob("*") if "writer" not in path.name}
        with pytest.raises(SnapshotExpiredError, match="another index"):
            writer.publish()
    assert {path: path.stat().st_ino for path in files} == files
    assert (check(index), check(tmp_path / "old")) == ([], [])


def test_a_catalog_put_into_the_place_of_another_is_refused_or_read_whole(
    tmp_path: Path, swapped: tuple[Path, Callable[[], None]]
) -> None:
    index, _ = swapped
    other = tmp_path / "other" / "index"
    other.parent.mkdir()
    index_papers(other, 0, "weather")
    with Engine.open(index) as engine:
        before = [r.paper.id for r in engine.search("galaxies", limit=99)]
        shutil.copy(other / "catalog.sqlite", tmp_path / "copied")
        (tmp_path / "copied").rename(index / "catalog.sqlite")
        assert [r.paper.id for r in engine.search("galaxies", limit=99)] == before
        assert "isn't the one" in engine.problem
