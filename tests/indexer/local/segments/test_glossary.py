"""The words and abbreviations of an index in a folder, as it grows, shrinks and is upgraded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.files import stamp
from indexer.glossary.counts import Counts
from indexer.local.segments.columns import GLOSSARY
from indexer.local.segments.generation import column_file
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.tensors import map_tensors, write_tensors
from indexer.local.store import LocalStore
from indexer.maintenance.backup import backup
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, rebuild, remove
from indexer.pipeline import add
from indexer.where import ALL

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]


def record(number: int) -> dict[str, object]:
    return {
        "id": f"p{number}",
        "title": f"paper{number} on models",
        "abstract": f"Large language models (LLMs) of kind{number % 3}",
    }


def add_records(index: Path, records: Iterable[Mapping[str, object]]) -> None:
    source = index.parent / "more.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(index, [str(source)])


def counts(index: Path) -> Counts:
    """What the index knows."""
    with closing(LocalStore(index)) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        return snapshot.glossary.counts()


def of_papers(index: Path) -> Counts:
    """What its live papers tell."""
    with closing(LocalStore(index)) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        return Counts.of(snapshot.papers(keys=next(snapshot.scan(ALL))))


def test_what_came_is_counted_and_what_went_is_not(make_index: MakeIndex) -> None:
    index = make_index(map(record, range(30)))
    compact(index)
    add_records(index, map(record, range(30, 40)))
    assert counts(index) == of_papers(index)
    remove(index, ["p35"])
    add_records(index, [{**record(36), "title": "another title"}])
    assert counts(index) == of_papers(index)
    remove(index, ["p3"])  # of the base: counted until it is merged
    assert counts(index).words["paper3"] == 1
    compact(index)
    assert counts(index) == of_papers(index)
    assert counts(index).pairs == {("llm", "large language model"): 38}


def as_an_older_version_wrote_it(index: Path) -> None:
    """Take away what it didn't write."""
    manifest = Manifest.load(index)
    assert manifest is not None
    for segment in (manifest.base, manifest.tail):
        path = column_file(index, segment)
        arrays = {
            name: array.copy()
            for name, array in map_tensors(path).items()
            if not name.startswith(GLOSSARY)
        }
        write_tensors(path, arrays)
    files = {name: stamp(index / name) for name in manifest.files}
    replace(manifest, files=files).save(index)


def add_one(index: Path) -> None:
    add_records(index, [record(99)])


def rebuild_it(index: Path) -> None:
    rebuild(index)


def compact_it(index: Path) -> None:
    compact(index)


@pytest.mark.parametrize("bring_up", [add_one, rebuild_it, compact_it])
def test_an_older_index_gets_it_when_it_is_written(
    make_index: MakeIndex, bring_up: Callable[[Path], None]
) -> None:
    index = make_index(map(record, range(30)))
    as_an_older_version_wrote_it(index)
    assert counts(index) == Counts()
    assert check(index) == []
    bring_up(index)
    assert counts(index) == of_papers(index) != Counts()


def test_a_backup_has_it(make_index: MakeIndex, tmp_path: Path) -> None:
    index = make_index(map(record, range(30)))
    backup(index, tmp_path / "saved")
    assert counts(tmp_path / "saved") == counts(index) != Counts()
