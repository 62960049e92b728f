"""Copies of an index: whole whatever happens beside them, and never over something else."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexNotFoundError,
    NearpaperError,
    UsageError,
)
from indexer.local.lock import WriterLock
from indexer.location import using_store
from indexer.maintenance.backup import backup, restore
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, remove
from indexer.pipeline import add
from indexer.where import ALL

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
RECORDS = [{"id": str(n), "title": f"paper {n}", "abstract": "of words"} for n in range(50)]


def answers(index: Path) -> list[tuple[str, float]]:
    with using_store(index) as store:
        store.recover()
        snapshot = store.snapshot()
        assert snapshot is not None
        keys, scores = snapshot.bm25("paper of words", 99, ALL)
        ids = [paper.id for paper in snapshot.papers(keys)]
        return list(zip(ids, scores.tolist(), strict=True))


def test_a_backup_answers_like_the_index_and_is_restored(
    make_index: MakeIndex, tmp_path: Path
) -> None:
    index = make_index(RECORDS)
    remove(index, ["7"])
    before = answers(index)
    copied = backup(index, tmp_path / "deep" / "copy")
    assert (copied.papers, copied.rebuilt) == (49, False)
    shutil.rmtree(index)
    assert restore(tmp_path / "deep" / "copy", index).papers == 49
    assert answers(index) == before
    assert check(index) == []
    remove(index, ["8"])
    assert len(answers(tmp_path / "deep" / "copy")) == 49


def test_nothing_that_is_there_is_overwritten(make_index: MakeIndex, tmp_path: Path) -> None:
    index = make_index(RECORDS)
    there = tmp_path / "there"
    there.mkdir()
    (there / "letter.txt").write_text("dear")
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for target in (there, file, tmp_path / "link"):
        with pytest.raises(UsageError, match="is there already"):
            backup(index, target)
    with pytest.raises(UsageError, match="is there already"):
        restore(make_copy(index), there)
    for target in (index, index / "inside", tmp_path):
        with pytest.raises(UsageError, match="name another folder"):
            backup(index, target)
    assert (there / "letter.txt").read_text() == "dear"
    assert not list(tmp_path.glob("*.partial"))


def make_copy(index: Path) -> Path:
    copy = index.parent / "copy"
    backup(index, copy)
    return copy


def test_an_empty_folder_that_one_stands_in_may_be_the_target(
    make_index: MakeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, here = make_copy(make_index(RECORDS)), tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert restore(copy, Path()).papers == 50
    monkeypatch.chdir(tmp_path)
    assert check(here) == []
    assert not (here / "copying.lock").exists()


def test_an_empty_folder_may_be_the_target(make_index: MakeIndex, tmp_path: Path) -> None:
    (tmp_path / "mounted").mkdir()
    assert backup(make_index(RECORDS), tmp_path / "mounted").papers == 50


def test_a_source_that_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError, match="nothing: no backup there; name the folder"):
        restore(tmp_path / "nothing", tmp_path / "index")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_copy_left_goes_away(make_index: MakeIndex, tmp_path: Path) -> None:
    index, partial = make_index(RECORDS), tmp_path / "copy.partial"
    (partial / "vectors").mkdir(parents=True)
    (partial / "vectors" / "base-00000009.faiss").write_text("half")
    (partial / "catalog.sqlite").write_text("half")
    backup(index, tmp_path / "copy")
    assert not partial.exists()
    assert not list((tmp_path / "copy" / "vectors").glob("*9.faiss"))
    assert check(tmp_path / "copy") == []


def test_two_copies_to_one_place(make_index: MakeIndex, tmp_path: Path) -> None:
    index, partial = make_index(RECORDS), tmp_path / "copy.partial"
    partial.mkdir()
    with WriterLock(partial, file="copying.lock"), pytest.raises(IndexBusyError):
        backup(index, tmp_path / "copy")


@pytest.mark.slow
@pytest.mark.parametrize("part", ["vectors", "columns", "lexicon", "manifest.json"])
def test_damaged_derived_files_are_made_anew_in_the_copy(
    make_index: MakeIndex, tmp_path: Path, part: str
) -> None:
    index = make_index(RECORDS)
    before = answers(index)
    path = index / part
    if path.is_dir():
        path = max(path.rglob("*.*"), key=lambda path: path.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x80
    path.write_bytes(content)
    assert backup(index, tmp_path / "copy").rebuilt
    assert answers(tmp_path / "copy") == before
    assert check(tmp_path / "copy") == []


def test_a_damaged_catalog_is_not_copied(make_index: MakeIndex, tmp_path: Path) -> None:
    index = make_index(RECORDS)
    with closing(sqlite3.connect(index / "catalog.sqlite")) as connection:
        connection.execute("DELETE FROM vectors WHERE row = 3")
        connection.commit()
    with pytest.raises(IndexDamagedError, match="nearpaper check"):
        backup(index, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.slow
def test_a_copy_beside_a_writer_is_one_moment_of_it(make_index: MakeIndex, tmp_path: Path) -> None:
    index = make_index(RECORDS)
    code = (
        "import sys, pathlib\n"
        "from indexer.maintenance.upkeep import compact, remove\n"
        "for n in range(30):\n"
        "    remove(pathlib.Path(sys.argv[1]), [str(n)])\n"
        "    if n % 3: compact(pathlib.Path(sys.argv[1]))\n"
    )
    copies = 0
    with subprocess.Popen([sys.executable, "-c", code, index]) as writer:
        while writer.poll() is None:
            copied = backup(index, tmp_path / f"copy-{copies}")
            ids = {id for id, _ in answers(tmp_path / f"copy-{copies}")}
            assert ids == {str(n) for n in range(50 - len(ids), 50)}
            assert copied.papers == len(ids)
            copies += 1
    assert writer.returncode == 0
    assert copies > 1


def test_a_copy_without_room_leaves_nothing(make_index: MakeIndex, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)]
    made = subprocess.run(mount, check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"needs the right to mount: {made.stderr.strip()}")
    try:
        with pytest.raises(NearpaperError, match="space") as caught:
            backup(make_index(RECORDS), disk / "copy")
        assert "\n" not in str(caught.value)
        assert not list(disk.iterdir())
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_copy_of_an_index_that_is_still_empty(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("{}\n")
    add(tmp_path / "index", [str(empty)], model="hashing")
    assert backup(tmp_path / "index", tmp_path / "copy").papers == 0
    assert json.loads((tmp_path / "copy" / "manifest.json").read_text())["papers"] == 0
    compact(tmp_path / "copy")


def test_a_source_that_may_only_be_read(make_index: MakeIndex, tmp_path: Path) -> None:
    index = make_index(RECORDS)
    if os.getuid():
        pytest.skip("needs to be able to become another user")
    place = tmp_path / "place"
    place.mkdir()
    os.chown(place, 65534, 65534)
    for path in (place, *place.parents[:4], *index.rglob("*"), index):
        path.chmod(path.stat().st_mode | 0o055)
    code = (
        "import sys, pathlib; from indexer.maintenance.backup import backup\n"
        "print(backup(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])).papers)"
    )
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run(
        [*user, sys.executable, "-c", code, index, place / "copy"],
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "50\n", done.stderr
