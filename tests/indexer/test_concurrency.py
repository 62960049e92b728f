"""Readers, writers and checks at the same time, and what each may expect of the others."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import IndexDamagedError, SnapshotExpiredError
from indexer.local.catalog import catalog as cataloguing
from indexer.local.catalog.catalog import Catalog
from indexer.location import using_store
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, rebuild, remove
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from indexer.where import ALL

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
Reading = Callable[[Path], Snapshot]
RECORDS = [{"id": str(n), "title": f"paper {n}", "abstract": "of words"} for n in range(50)]


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_threads_that_came_and_went_leave_no_connections(make_index: MakeIndex) -> None:
    catalog = Catalog(make_index(RECORDS))
    before = open_files()
    for _ in range(100):
        thread = threading.Thread(target=catalog.current, args=(["1"],))
        thread.start()
        thread.join()
    assert open_files() <= before + 2
    catalog.close()


def test_an_answer_under_way_outlives_a_removal_and_a_compaction(
    make_index: MakeIndex, reading: Reading
) -> None:
    index = make_index(RECORDS)
    held = reading(index)
    remove(index, ["7"])
    compact(index)
    (keys,) = held.scan(ALL)
    assert len(held.papers(keys)) == 50


def test_papers_with_vectors_of_another_time_are_no_part_of_a_snapshot(
    make_index: MakeIndex, reading: Reading
) -> None:
    index = make_index(RECORDS)
    held = reading(index)
    (keys,) = held.scan(ALL)
    assert len(held.entries(keys)) == 50
    rebuild(index, embed=True)
    with pytest.raises(SnapshotExpiredError, match="ask again"):
        held.entries(keys)
    assert len(held.papers(keys)) == 50
    assert len(reading(index).entries(keys)) == 50


def test_a_snapshot_lives_some_seconds_however_often_the_index_is_compacted(
    make_index: MakeIndex, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(RECORDS)
    held = reading(index)
    (keys,) = held.scan(ALL)
    remove(index, ["7"])
    for _ in range(3):
        compact(index)
    assert len(held.papers(keys)) == 50
    monkeypatch.setattr(cataloguing, "LIFE_SECONDS", 0.0)
    compact(index)
    with pytest.raises(SnapshotExpiredError, match="ask again"):
        held.papers(keys)
    assert len(reading(index).papers(keys[:49])) == 49


def test_what_was_removed_is_forgotten_in_the_end(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cataloguing, "LIFE_SECONDS", 0.0)
    index = make_index(RECORDS)
    remove(index, ["7"])
    compact(index)
    compact(index)
    catalog = Catalog(index)
    assert catalog.database.one("SELECT count(*) FROM papers") == (49,)
    catalog.close()
    assert check(index) == []


def test_what_was_removed_is_forgotten_however_often_the_index_is_compacted(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, now = make_index(RECORDS), 1_000.0
    monkeypatch.setattr("time.time", lambda: now)
    remove(index, ["7"])
    for _ in range(4):  # never so long apart as a snapshot lives
        compact(index)
        now += cataloguing.LIFE_SECONDS / 2
    with closing(Catalog(index)) as catalog:
        assert catalog.database.one("SELECT count(*) FROM papers") == (49,)


def test_a_clock_that_is_put_back_does_not_keep_what_was_removed(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, now = make_index(RECORDS), 1_000.0
    monkeypatch.setattr("time.time", lambda: now)
    remove(index, ["7"])
    compact(index)
    now = 0.0
    compact(index)
    with closing(Catalog(index)) as catalog:
        assert catalog.database.one("SELECT count(*) FROM papers") == (49,)


def test_changes_are_found_while_the_last_version_is_forgotten(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Catalog(make_index(RECORDS))) as catalog:
        before = catalog.first_row_after(1)
        last = catalog.last_row()
        # What stood there was purged between the two questions.
        monkeypatch.setattr(catalog, "last_row", lambda: last + 5)
        assert catalog.first_row_after(1) == before == last + 1


def test_another_index_in_the_same_folder_is_read_from_its_own_catalog(
    make_index: MakeIndex,
) -> None:
    index = make_index(RECORDS)
    with using_store(index) as store:
        held = store.snapshot()
        assert held is not None
        (keys,) = held.scan(ALL)
        assert len(held.papers(keys)) == 50
        index.rename(index.with_name("away"))
        source = index.parent / "other.jsonl"
        source.write_text('{"id": "other", "title": "Another"}\n')
        add(index, [str(source)], model="hashing")
        newest = store.snapshot()
        assert newest is not None
        (keys,) = newest.scan(ALL)
        assert [paper.id for paper in newest.papers(keys)] == ["other"]
        assert newest.about.identity != held.about.identity


def test_a_check_beside_a_writer_finds_nothing_wrong(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    code = (
        "import sys, pathlib\n"
        "from indexer.maintenance.upkeep import compact, remove\n"
        "for n in range(12):\n"
        "    remove(pathlib.Path(sys.argv[1]), [str(n)])\n"
        "    compact(pathlib.Path(sys.argv[1]))\n"
    )
    checks = 0
    with subprocess.Popen([sys.executable, "-c", code, index]) as writer:
        while writer.poll() is None:
            assert check(index) == []
            checks += 1
    assert checks
    assert writer.returncode == 0


@pytest.mark.slow
def test_readers_open_while_generations_come_and_go(
    make_index: MakeIndex, reading: Reading
) -> None:
    index = make_index(RECORDS)
    code = (
        "import sys, pathlib\n"
        "from indexer.maintenance.upkeep import compact\n"
        "for n in range(15): compact(pathlib.Path(sys.argv[1]))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, index]) as writer:
        while writer.poll() is None:
            snapshot = reading(index)
            assert len(snapshot.papers(snapshot.bm25("paper", 99, ALL)[0])) == 50
    assert writer.returncode == 0


@pytest.mark.parametrize("damage", ["{", None])
def test_an_open_store_goes_on_when_the_manifest_is_lost(
    make_index: MakeIndex, damage: str | None
) -> None:
    index = make_index(RECORDS)
    with using_store(index) as store:
        held = store.snapshot()
        assert held is not None
        (index / "manifest.json").unlink()
        if damage is not None:
            (index / "manifest.json").write_text(damage)
        assert store.snapshot() is held
        assert len(held.papers(held.bm25("paper", 99, ALL)[0])) == 50
        rebuild(index)
        newest = store.snapshot()
        assert newest is not None
        assert newest.about.papers == 50
        assert newest.about.generation > 1


def test_a_leftover_of_a_killed_run_is_in_nobodys_way(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    (current,) = (index / "lexicon").iterdir()
    leftover = index / "lexicon" / f"{int(current.name) + 1:08d}"
    leftover.mkdir()
    (leftover / "meta.json").write_text('{"segm')
    (index / "vectors" / "base-00000009.faiss.new").write_text("half")
    compact(index)
    assert check(index) == []
    assert not list((index / "vectors").glob("*.new"))


@pytest.mark.parametrize(
    "forged",
    [
        {"papers": None},
        {"papers": -1},
        {"base": "../../elsewhere"},
        {"lexicon": ".."},
        {"files": {"../x": {"bytes": 1, "sha256": ""}}},
        {"generation": "7"},
    ],
)
def test_a_forged_manifest_is_damage(
    make_index: MakeIndex, forged: dict[str, object], reading: Reading
) -> None:
    index = make_index(RECORDS)
    manifest = json.loads((index / "manifest.json").read_text())
    (index / "manifest.json").write_text(json.dumps(manifest | forged))
    with pytest.raises(IndexDamagedError, match="rebuild"):
        reading(index)
    assert check(index)[0].part == "manifest.json"
    rebuild(index)
    assert check(index) == []


def test_an_update_is_seen_by_a_reader_of_another_process(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    code = (
        "import sys; from indexer.location import open_store\n"
        "store = open_store(sys.argv[1]); print(store.snapshot().about.papers, flush=True)\n"
        "sys.stdin.readline(); print(store.snapshot().about.papers, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, index],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == "50\n"
        more = index.parent / "more.jsonl"
        more.write_text('{"title": "one more"}\n')
        add(index, [str(more)])
        reader.stdin.write("go\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "51\n"
