"""What an index does when the folder it is in, or a file of it, isn't as it should be."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from indexer import files
from indexer.errors import (
    IndexDamagedError,
    IndexFormatError,
    IndexNotFoundError,
    NearpaperError,
    StorageError,
)
from indexer.location import open_store
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, info, rebuild, remove
from indexer.models.recipe import RECIPE
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from indexer.where import ALL

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]
Reading = Callable[[Path], Snapshot]
RECORDS = [{"id": str(n), "title": f"paper {n}", "abstract": "of words"} for n in range(50)]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip(f"needs the right to mount: {made.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_one_line_and_loses_nothing(
    small_disk: Path, tmp_path: Path, reading: Reading
) -> None:
    source = tmp_path / "many.jsonl"
    records = [{"id": str(n), "title": f"paper {n}", "abstract": "x" * 2000} for n in range(2000)]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    index = small_disk / "index"
    with pytest.raises(StorageError, match="space") as caught:
        add(index, [str(source)], model="hashing")
    assert "\n" not in str(caught.value)
    assert is_searched_whole(reading(index))
    assert check(index) == []
    subprocess.run(["mount", "-o", "remount,size=100m", small_disk], check=True)
    add(index, [str(source)])
    assert info(index)["papers"] == 2000
    assert check(index) == []


def test_a_state_that_may_not_be_on_the_disk_yet_is_whole_all_the_same(
    make_index: MakeIndex, reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, source = make_index(RECORDS), tmp_path / "more.jsonl"
    source.write_text('{"id": "more", "title": "one more paper"}\n')
    sync = files.sync_folder

    def failing(folder: Path) -> None:
        if folder == index:
            raise OSError(errno.EIO, "Input/output error", str(folder))
        sync(folder)

    changes: list[tuple[Callable[[], object], int]] = [
        (lambda: add(index, [str(source)]), 51),
        (lambda: remove(index, ["7"]), 50),
    ]
    for change, papers in changes:
        with monkeypatch.context() as patch:
            patch.setattr(files, "sync_folder", failing)
            with pytest.raises(StorageError):
                change()
        assert reading(index).about.papers == papers
        assert is_searched_whole(reading(index))
        assert check(index) == []


def is_searched_whole(snapshot: Snapshot) -> bool:
    return len(snapshot.bm25("paper", 1000, ALL)[0]) == snapshot.about.papers


def test_a_folder_that_may_not_be_written_can_be_searched_and_checked(
    make_index: MakeIndex,
) -> None:
    index = make_index(RECORDS)
    code = (
        "import sys, pathlib\n"
        "from indexer.location import open_store\nfrom indexer.where import ALL\n"
        "from indexer.maintenance.check import check\n"
        "from indexer.pipeline import add\n"
        "from indexer.errors import StorageError\n"
        "store = open_store(sys.argv[1])\n"
        "store.recover()\n"
        "snapshot = store.snapshot()\n"
        "print(len(snapshot.papers(snapshot.bm25('paper', 99, ALL)[0])))\n"
        "print(check(pathlib.Path(sys.argv[1])))\n"
        "try: add(pathlib.Path(sys.argv[1]), [sys.argv[2]])\n"
        "except StorageError as error: print(error)\n"
    )
    source = index.parent / "source.jsonl"
    lines = as_nobody([sys.executable, "-c", code, str(index), str(source)], index).splitlines()
    assert lines[:2] == ["50", "[]"]
    assert "permission denied" in lines[2]


def as_nobody(command: list[str], index: Path) -> str:
    """What a command prints that runs as a user who may read the index and nothing more."""
    if os.getuid():
        for path in (index, *index.rglob("*")):
            path.chmod(path.stat().st_mode & ~0o222)
    else:
        for path in (index, *index.parents[:3]):
            path.chmod(path.stat().st_mode | 0o055)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_another_text_recipe_is_refused(make_index: MakeIndex, reading: Reading) -> None:
    index = make_index(RECORDS)
    with sqlite3.connect(index / "catalog.sqlite") as connection:
        connection.execute("UPDATE meta SET value = 'older/0' WHERE key = 'recipe'")
    connection.close()
    with pytest.raises(IndexFormatError, match=r"older/0.*rebuild --embed"):
        remove(index, ["1"])
    rebuild(index)
    assert reading(index).about.recipe == "older/0"
    rebuild(index, embed=True)
    assert (reading(index).about.recipe, reading(index).about.papers) == (RECIPE, 50)
    assert remove(index, ["1"]).removed == ("1",)
    assert check(index) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\x00"])
def test_a_broken_manifest_is_mended(make_index: MakeIndex, text: str, reading: Reading) -> None:
    index = make_index(RECORDS)
    (index / "manifest.json").write_text(text)
    with pytest.raises(IndexDamagedError, match="rebuild"):
        reading(index)
    assert check(index)[0].part == "manifest.json"
    rebuild(index)
    assert check(index) == []


def test_damage_to_the_catalog_is_told(make_index: MakeIndex) -> None:
    index = make_index(RECORDS)
    path = index / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 5] = os.urandom(4096 * 2)
    path.write_bytes(content)
    assert any(finding.part == "catalog.sqlite" for finding in check(index))


def take_snapshot(folder: Path) -> None:
    open_store(folder).snapshot()


@pytest.mark.parametrize("use", [take_snapshot, check, info, compact, rebuild])
def test_a_folder_without_an_index(tmp_path: Path, use: object) -> None:
    (tmp_path / "something.txt").touch()
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(IndexNotFoundError, match="nearpaper index"):
            use(folder)  # type: ignore[operator]
    assert not (tmp_path / "gone").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["something.txt"]


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    path, source = tmp_path / "file", tmp_path / "a.jsonl"
    path.write_text("hello")
    source.write_text('{"title": "one"}\n')
    with pytest.raises(NearpaperError):
        add(path, [str(source)], model="hashing")
    assert path.read_text() == "hello"
