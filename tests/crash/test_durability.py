"""What a power cut could take: `kill -9` never shows it, the order of system calls does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.local.catalog.catalog import Catalog
from tests.crash.harness import Jobs

pytestmark = pytest.mark.slow

_WRITES = {"write", "writev", "pwrite64", "pwritev", "ftruncate"}
_SYNCS = {"fsync", "fdatasync"}
_RENAMES = {"rename", "renameat", "renameat2"}
_PASSING = (".lock", "-shm")
"""Ends of the names of files that need not outlive a power cut."""


class Disk:
    """What isn't on the disk yet, contents of files and entries of folders, as calls go by."""

    def __init__(self) -> None:
        self._contents: set[Path] = set()
        self._entries: set[Path] = set()
        self._there: set[Path] = set()

    def apply(self, call: str, arguments: str, paths: list[Path]) -> None:
        if call == "ftruncate" and paths[0].name.endswith("-wal"):
            return  # all that stood in it is in the database, and may be put there twice
        if call in _WRITES:
            self._contents.add(paths[0])
        elif call in _SYNCS:
            self._contents.discard(paths[0])
            self._entries = {path for path in self._entries if path.parent != paths[0]}
        elif call in _RENAMES:
            self._rename(paths[-2], paths[-1])
        elif call.startswith("unlink"):
            self._there.discard(paths[-1])
        elif call.startswith("mkdir") or (call == "openat" and "O_CREAT" in arguments):
            if paths[-1] not in self._there:  # a reader opens the log of a writer
                self._entries.add(paths[-1])
            self._there.add(paths[-1])

    def _rename(self, old: Path, new: Path) -> None:
        self._contents.discard(new)
        if old in self._contents:
            self._contents = self._contents - {old} | {new}
        self._entries = self._entries - {old} | {new}

    def forget_entry(self, path: Path) -> None:
        self._entries.discard(path)

    def at_risk(self, folder: Path) -> set[Path]:
        """What a power cut could take of a folder now, and of the folder itself."""
        return {
            path
            for path in self._contents | self._entries
            if path.is_relative_to(folder) and not path.name.endswith(_PASSING)
        }


def events(trace: str) -> Iterator[tuple[str, str, list[Path]]]:
    """Name, arguments and paths of each system call that succeeded, in the order of their ends."""
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        process, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[process] = text.removesuffix("<unfinished ...>")
            continue
        if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
            text = begun.pop(process) + resumed[1]
        found = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", text)
        if found and not found[3].startswith("-"):
            yield found[1], found[2], paths_of(found[1], found[2])


def paths_of(call: str, arguments: str) -> list[Path]:
    """Of descriptors where they are written to, else those that are named."""
    if call in _WRITES | _SYNCS:
        return [Path(path) for path in re.findall(r"^\d+<(.+?)>", arguments)] or [Path("?")]
    return [Path(path) for path in re.findall(r'"(.*?)"', arguments)]


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", ["index", "update", "compact"])
def test_all_is_synced_before_the_rename_that_publishes(jobs: Jobs, name: str) -> None:
    trace, index = jobs.trace(name), jobs.index
    disk, published = Disk(), 0
    for call, arguments, paths in events(trace):
        if call in _RENAMES and paths[-1] == index / "manifest.json":
            disk.forget_entry(paths[-2])  # it gets another name now
            assert disk.at_risk(index) == set()
            published += 1
        disk.apply(call, arguments, paths)
    assert published
    assert disk.at_risk(index) == set()


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", ["backup", "copy"])
def test_a_copy_is_synced_before_it_gets_its_name(jobs: Jobs, name: str) -> None:
    trace, named = jobs.trace(name), 0
    disk, partial = Disk(), jobs.folder / "copy.partial"
    for call, arguments, paths in events(trace):
        if call in _RENAMES and paths[-2] == partial:
            assert disk.at_risk(partial) - {partial} == set()
            named += 1
        disk.apply(call, arguments, paths)
    assert named == 1
    assert disk.at_risk(jobs.folder / "copy") == set()


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", ["index", "update", "rebuild --embed"])
def test_a_batch_is_on_the_disk_before_it_is_acknowledged(jobs: Jobs, name: str) -> None:
    disk, acknowledged = Disk(), 0
    for call, arguments, paths in events(jobs.trace(name)):
        if call in _WRITES and paths[0].name == "acknowledged":
            at_risk = disk.at_risk(jobs.index)
            assert {path for path in at_risk if path.name.startswith("catalog")} == set()
            assert jobs.index not in at_risk
            acknowledged += 1
        else:
            disk.apply(call, arguments, paths)
    assert acknowledged > 1


def test_the_catalog_waits_for_the_disk(jobs: Jobs) -> None:
    jobs.begin(jobs.jobs["update"])
    catalog = Catalog(jobs.index, writable=True)
    assert catalog.database.one("PRAGMA synchronous") == (2,)  # FULL
    assert catalog.database.one("PRAGMA journal_mode") == ("wal",)
    catalog.close()
