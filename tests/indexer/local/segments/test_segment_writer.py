"""Tails that are taken over from the last generation, beside tails read anew from the catalog."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import pytest

from indexer.local.catalog.catalog import Catalog
from indexer.local.segments import publisher as publishing
from indexer.local.segments.columns import Columns
from indexer.local.segments.generation import Segment, column_file, vector_file
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.segment_writer import write_tail
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, remove
from indexer.pipeline import add

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]


def record(number: int, **more: object) -> dict[str, object]:
    return {
        "id": f"p{number}",
        "title": f"paper {number}",
        "abstract": f"of {number % 7} words",
        "authors": [f"Ann Author{number % 5}", f"Only Here{number}"],
        "categories": ["cs.CL"] if number % 2 else ["math.PR", "cs.LG"],
        **more,
    }


def add_records(index: Path, records: Iterable[Mapping[str, object]]) -> None:
    source = index.parent / "more.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(index, [str(source)])


def published(index: Path) -> Manifest:
    manifest = Manifest.load(index)
    assert manifest is not None
    return manifest


@pytest.fixture
def index(make_index: MakeIndex) -> Path:
    """Sixty papers in the base, and a tail that came bit by bit, with updates and removals."""
    index = make_index(map(record, range(60)))
    compact(index)
    add_records(index, map(record, range(60, 90)))
    add_records(index, [record(n, upvotes=n) for n in (3, 62, 75)])
    remove(index, ["p4", "p70", "p89"])
    add_records(index, map(record, range(85, 100)))
    return index


def as_written_anew(index: Path, target: Path) -> tuple[Segment, Columns]:
    """The current tail, and its columns as the catalog alone gives them."""
    manifest = published(index)
    (target / "vectors").mkdir(parents=True)
    (target / "columns").mkdir()
    catalog, base = Catalog(index), Columns(column_file(index, manifest.base))
    anew, dead = write_tail(
        *(target, "anew", catalog, manifest.change, manifest.model.dimension),
        base=base,
        since=manifest.base_change,
        old=None,
    )
    catalog.close()
    tail = Segment.open(index, manifest.tail)
    np.testing.assert_array_equal(tail.columns.tombstones, dead)
    assert vector_file(index, manifest.tail).read_bytes() == (
        vector_file(target, "anew").read_bytes()
    )
    return tail, anew


def test_a_tail_that_was_taken_over_is_as_if_written_anew(index: Path, tmp_path: Path) -> None:
    tail, anew = as_written_anew(index, tmp_path / "anew")
    assert len(tail) == len(anew) > 30
    for field in ("author", "category", "venue"):
        for part, array in anew.field(field).items():
            np.testing.assert_array_equal(tail.columns.field(field)[part], array)
    assert check(index) == []


def test_what_was_removed_and_forgotten_merges_nothing(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "TAIL_ROWS", 10)
    index = make_index(map(record, range(100)))
    remove(index, [f"p{number}" for number in range(80, 100)])
    compact(index)
    compact(index)
    base = published(index).base
    for number in range(4):
        remove(index, [f"p{number}"])
        assert published(index).base == base


@pytest.mark.parametrize("file", [vector_file, column_file])
def test_damage_to_a_tail_is_not_handed_on(
    index: Path, tmp_path: Path, file: Callable[[Path, str], Path]
) -> None:
    path = file(index, published(index).tail)
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-3] ^= 0xFF
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # as memory that rots
    add_records(index, [record(200)])
    tail, anew = as_written_anew(index, tmp_path / "anew")
    np.testing.assert_array_equal(
        tail.columns.field("author")["text"], anew.field("author")["text"]
    )
    assert check(index) == []
