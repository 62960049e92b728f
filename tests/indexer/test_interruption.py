"""An index whose writer is between two steps: what a reader and a check make of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
import pytest

from indexer.entries import Entry
from indexer.errors import IndexBusyError, IndexDamagedError, SnapshotExpiredError
from indexer.local import writer
from indexer.local.catalog import catalog as cataloguing
from indexer.local.catalog.catalog import Catalog
from indexer.local.catalog.database import Database
from indexer.local.lock import LOCK_FILE, WriterLock
from indexer.local.segments import lexicon
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.publisher import QUICK
from indexer.local.store import LocalStore
from indexer.local.writer import LocalWriter
from indexer.location import using_store
from indexer.maintenance import check as checking
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, info, rebuild, remove
from indexer.models import bulk, recipe
from indexer.models.embedder import Embedder, Encoded
from indexer.papers.identity import names_of
from indexer.papers.paper import Paper, text_hash
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from indexer.where import ALL

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
Reading = Callable[[Path], Snapshot]
RECORDS = [{"id": str(n), "title": f"paper {n}", "abstract": "of words"} for n in range(50)]


class Killed(BaseException):
    """Stands for a signal that ends the process."""


@contextmanager
def killed_before_publishing() -> Iterator[None]:
    """Everything is written but the manifest."""

    def kill(manifest: Manifest, folder: Path) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Manifest, "save", kill)
        with pytest.raises(Killed):
            yield


def leave_extended(index: Path) -> None:
    """As a writer leaves it that has papers in the lexicon and not yet in a manifest."""
    source = index.parent / "more.jsonl"
    source.write_text('{"title": "one more"}\n')
    with killed_before_publishing():
        add(index, [str(source)])


def leave_swapped(index: Path) -> None:
    """As a writer leaves it that has put other vectors in the catalog and not yet in a segment."""

    def turned(embedder: Embedder, texts: list[str]) -> Encoded:
        encoded = recipe.embed(embedder, texts)
        return Encoded(-encoded.vectors, encoded.truncated)

    with pytest.MonkeyPatch.context() as patch, killed_before_publishing():
        patch.setattr(bulk, "embed", turned)
        rebuild(index, embed=True)


@pytest.mark.parametrize("leave", [leave_extended, leave_swapped])
@pytest.mark.parametrize("merged", [False, True])
def test_work_under_way_is_no_damage(
    make_index: MakeIndex,
    leave: Callable[[Path], None],
    merged: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = make_index(RECORDS)
    if merged:
        compact(index)
    leave(index)
    monkeypatch.setattr(checking, "_TRIES", 1)
    with WriterLock(index), pytest.raises(IndexBusyError, match="again"):
        check(index)
    assert check(index) == []


@pytest.mark.slow
def test_a_reader_leaves_long_work_to_the_next_writer(
    make_index: MakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index = make_index(RECORDS)
    vector = np.ones(256, np.float16) / np.float16(16)
    papers = [Paper(id=f"new-{n}", title=f"new {n}") for n in range(QUICK + 1)]
    with LocalWriter(index) as opened:
        before = opened.manifest
        opened.commit([Entry(p, text_hash(p.title), vector, False, names_of(p)) for p in papers])
    with using_store(index) as store:
        store.recover()
        assert "compact --index" in caplog.text
        snapshot = store.snapshot()
        assert snapshot is not None
        assert snapshot.about.papers == 50
        assert Manifest.load(index) == before
        assert not len(snapshot.bm25("new", 10, ALL)[0])
        compact(index)
        newest = store.snapshot()
        assert newest is not None
        assert newest.about.papers == 50 + len(papers)
    assert check(index) == []


def test_a_reader_rebuilds_no_large_index_whose_manifest_is_lost(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(RECORDS)
    (index / "manifest.json").unlink()
    with using_store(index) as store:
        monkeypatch.setattr("indexer.local.store.QUICK", len(RECORDS) - 1)
        with pytest.raises(IndexDamagedError, match=r"manifest.json: missing; run .* rebuild"):
            store.recover()
        monkeypatch.setattr("indexer.local.store.QUICK", len(RECORDS))
        store.recover()
        snapshot = store.snapshot()
        assert snapshot is not None
        assert snapshot.about.papers == len(RECORDS)


def test_a_writer_says_that_it_finishes_long_work_first(
    make_index: MakeIndex, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(RECORDS)
    leave_extended(index)
    monkeypatch.setattr(writer, "QUICK", 0)
    remove(index, ["1"])
    assert "finishing an interrupted run first" in caplog.text


def test_a_reader_publishes_the_little_that_a_killed_writer_left(
    make_index: MakeIndex, caplog: pytest.LogCaptureFixture, reading: Reading
) -> None:
    index = make_index(RECORDS)
    leave_extended(index)
    assert reading(index).about.papers == 51
    assert not caplog.text


def test_a_reader_opens_while_a_writer_has_merged_words(tmp_path: Path, reading: Reading) -> None:
    index, gone = tmp_path / "index", 0
    for number in range(18):  # from eight segments on, Tantivy merges them
        source = tmp_path / "one.jsonl"
        source.write_text(json.dumps({"id": f"p{number}", "title": f"paper {number}"}) + "\n")
        with killed_before_publishing() if number else nullcontext():
            add(index, [str(source)], model="hashing")
        manifest = Manifest.load(index)
        assert manifest is not None
        gone += any(not (index / name).exists() for name in manifest.files)
        if number:
            with WriterLock(index):  # still at work, or just killed
                snapshot = reading(index)
                assert snapshot.about.papers == number
                assert len(snapshot.bm25("paper", 10, ALL)[0])
            assert reading(index).about.papers == number + 1
    assert gone


@pytest.mark.parametrize("part", ["vectors", "columns"])
def test_damage_is_found_beside_work_under_way(make_index: MakeIndex, part: str) -> None:
    index = make_index(RECORDS)
    leave_extended(index)
    manifest = Manifest.load(index)
    assert manifest is not None
    (name,) = (name for name in manifest.files if name.startswith(f"{part}/{manifest.tail}"))
    (index / name).write_bytes(b"rotten")
    with WriterLock(index):
        assert [finding.part for finding in check(index)] == [name]


def test_a_check_waits_for_a_writer_that_is_about_to_be_done(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    leave_extended(index)
    lock = WriterLock(index)
    done = threading.Timer(0.3, lock.release)
    done.start()
    assert check(index) == []
    done.join()


def test_nothing_derived_mends_a_damaged_catalog(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    (index / "catalog.sqlite").write_bytes(b"no database" * 1000)
    (found,) = check(index)
    assert (found.part, found.remedy) == ("catalog.sqlite", "nearpaper restore BACKUP")


def test_a_generation_that_is_replaced_while_it_is_opened(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch, reading: Reading
) -> None:
    index, opened = make_index(RECORDS), lexicon.open_lexicon
    first = info(index)["generation"]

    def late(folder: Path) -> object:
        monkeypatch.undo()
        compact(index)
        return opened(folder)  # of a folder that is gone: ValueError

    monkeypatch.setattr(lexicon, "open_lexicon", late)
    assert reading(index).about.generation == first + 1


def test_an_answer_under_way_outlives_a_merge_before_the_compaction(
    make_index: MakeIndex, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking out many papers merges the segments at once."""
    monkeypatch.setattr(cataloguing, "LIFE_SECONDS", 0.0)
    index = make_index(RECORDS)
    compact(index)
    held = reading(index)
    (keys,) = held.scan(ALL)
    remove(index, [str(n) for n in range(30)])
    compact(index)
    assert len(held.papers(keys)) == 50
    compact(index)
    with pytest.raises(SnapshotExpiredError, match="ask again"):
        held.papers(keys)
    assert check(index) == []


def test_what_a_killed_removal_left_outlives_the_compaction_that_catches_up(
    make_index: MakeIndex,
) -> None:
    index = make_index(RECORDS)
    compact(index)
    catalog = Catalog(index)
    with killed_before_publishing():
        remove(index, [str(n) for n in range(30)])
    compact(index)
    assert len(catalog.papers(list(range(1, 51)))) == 50
    catalog.close()


def test_a_first_manifest_that_is_broken_stays_an_error(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).touch()
    store = LocalStore(tmp_path)
    assert store.snapshot() is None
    (tmp_path / "manifest.json").write_text("{")
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match="rebuild"):
            store.snapshot()
    store.close()


def test_what_is_open_is_kept_and_the_loss_told_once(
    make_index: MakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index = make_index(RECORDS)
    store = LocalStore(index)
    held = store.snapshot()
    (index / "manifest.json").write_text("{")
    assert [store.snapshot() for _ in range(3)] == [held] * 3
    assert len(caplog.records) == 1
    rebuild(index)
    assert store.snapshot() not in (held, None)
    store.close()


@pytest.mark.parametrize(
    "forged",
    [
        {"format": 0},
        {"format": True},
        {"files": {}},
        {"recipe": None},
        {"change": 2**63},
        {"base": "base-00000009"},
    ],
)
def test_a_manifest_that_no_writer_writes_is_damage(
    make_index: MakeIndex, forged: dict[str, object]
) -> None:
    index = make_index(RECORDS)
    path = index / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | forged))
    with pytest.raises(IndexDamagedError, match="not a readable manifest"):
        LocalStore(index).snapshot()


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["model"].update(dimension="384"),
        lambda manifest: manifest["model"].update(name=["hashing"]),
        lambda manifest: next(iter(manifest["files"].values())).update(bytes=-1),
        lambda manifest: manifest["files"].update({"lexicon/00000099/meta.json": None}),
        lambda manifest: manifest["files"].update({"lexicon/../../x": {"bytes": 1, "sha256": ""}}),
    ],
)
def test_a_manifest_forged_inside_is_damage(
    make_index: MakeIndex, change: Callable[[dict[str, dict[str, object]]], None]
) -> None:
    index = make_index(RECORDS)
    path = index / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(IndexDamagedError, match="not a readable manifest"):
        LocalStore(index).snapshot()


def test_a_manifest_nested_without_end_is_damage(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    (index / "manifest.json").write_text("[" * 100_000)
    with pytest.raises(IndexDamagedError, match="not a readable manifest"):
        LocalStore(index).snapshot()


def test_a_log_that_vanishes_while_it_is_looked_at(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = make_index(RECORDS)
    log = index / "catalog.sqlite-wal"
    monkeypatch.setattr(Path, "exists", lambda path, **how: path == log or path.is_file())
    database = Database(index / "catalog.sqlite")
    assert database.rows("SELECT count(*) FROM papers") == [(50,)]
    database.close()
