"""A disk that is full: nothing is half done, and the right disk is blamed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.errors import StorageError
from indexer.maintenance.backup import backup
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import remove
from indexer.pipeline import add
from search.engine import Engine

PAPERS = 60


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    done = subprocess.run(mount, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs the right to mount: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def room(disk: Path, left: int) -> Iterator[None]:
    """Fill the disk up to what is left."""
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - left)))
    try:
        yield
    finally:
        filler.unlink()


def made(index: Path, source: Path) -> Path:
    lines = [
        {"id": f"p{n}", "title": f"Study {n}", "abstract": f"topic {n}"} for n in range(PAPERS)
    ]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines))
    add(index, [str(source)], model="hashing")
    return index


def papers(index: Path) -> int:
    with Engine.open(index) as engine:
        return engine.papers


@pytest.mark.slow
def test_a_removal_that_has_no_room_removes_nothing(
    disk: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    index = made(disk / "index", tmp_path / "papers.jsonl")
    left, failed = PAPERS, 0
    for number, space in enumerate(range(20_000, 420_000, 20_000)):
        with room(disk, space):
            try:
                remove(index, [f"p{number}"])
                left -= 1
            except StorageError:
                failed += 1
        assert papers(index) == left
        assert check(index) == []
    assert failed
    assert left < PAPERS
    assert "close error" not in capfd.readouterr().err


@pytest.mark.parametrize("space", [0, 50_000, 150_000])
@pytest.mark.parametrize("salvage_damaged", [False, True])
def test_a_backup_to_a_full_disk_blames_the_target(
    disk: Path, tmp_path: Path, space: int, salvage_damaged: bool
) -> None:
    index = made(tmp_path / "index", tmp_path / "papers.jsonl")
    with room(disk, space), pytest.raises(StorageError, match="full") as raised:
        backup(index, disk / "copy", salvage_damaged=salvage_damaged)
    assert str(raised.value).startswith(str(disk / "copy"))
    assert "\n" not in str(raised.value)
    assert not list(disk.iterdir())
