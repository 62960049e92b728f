"""Segments that are taken over from the last generation, beside those read from the catalog."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.local.catalog.catalog import Catalog
from indexer.local.segments import cells, vector_writer
from indexer.local.segments import publisher as publishing
from indexer.local.segments.columns import Columns
from indexer.local.segments.generation import Segment, column_file, vector_file
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.segment_writer import write_base, write_tail
from indexer.local.segments.tensors import map_tensors
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


def require_same_columns(index: Path, segment: str, target: Path) -> None:
    ours = map_tensors(column_file(index, segment))
    theirs = map_tensors(column_file(target, "anew"))
    assert ours.keys() == theirs.keys()
    for name, array in theirs.items():
        if name != "nearness":  # cells may find another neighbour
            np.testing.assert_array_equal(ours[name], array, err_msg=name)


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
    require_same_columns(index, published(index).tail, tmp_path / "anew")
    assert check(index) == []


@pytest.fixture
def folded(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, folded by the next run, with more papers that came, went and changed."""
    return fold(index, monkeypatch)


def fold(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    before = published(index).base
    if len(Columns(column_file(index, published(index).tail))):
        remove(index, ["p5", "p80"])
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "TAIL_ROWS", 10)
        add_records(index, [record(n, upvotes=n) for n in (7, 62, 81, *range(300, 310))])
    assert published(index).base != before
    assert len(Columns(column_file(index, published(index).tail))) == 0
    return index


def base_written_anew(index: Path, target: Path) -> tuple[Segment, Segment]:
    """The current base, and the one that the catalog alone gives."""
    manifest = published(index)
    (target / "vectors").mkdir(parents=True)
    (target / "columns").mkdir()
    with closing(Catalog(index)) as catalog:
        dimension = manifest.model.dimension
        probing = write_base(target, "anew", catalog, manifest.base_change, dimension)
    base = Segment.open(index, manifest.base, manifest.probing)
    return base, Segment.open(target, "anew", probing)


def in_few_cells(monkeypatch: pytest.MonkeyPatch, most_exact: int = 20) -> None:
    monkeypatch.setattr(cells, "MOST_EXACT", most_exact)


def centres(index: Path) -> NDArray[np.float32]:
    file = vector_file(index, published(index).base)
    found = faiss.read_index(str(file))
    return np.asarray(found.quantizer.reconstruct_n(0, found.nlist))


def test_a_base_that_was_folded_is_as_if_written_anew(folded: Path, tmp_path: Path) -> None:
    base, anew = base_written_anew(folded, tmp_path / "anew")
    assert len(base) == len(anew) == 106
    require_same_columns(folded, published(folded).base, tmp_path / "anew")
    assert vector_file(folded, published(folded).base).read_bytes() == (
        vector_file(tmp_path / "anew", "anew").read_bytes()
    )
    assert check(folded) == []


@pytest.mark.parametrize("tail", [range(60, 90), range(0)])
def test_folding_keeps_the_cells_that_were_learnt(
    tail: range, make_index: MakeIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_few_cells(monkeypatch)
    index = make_index(map(record, range(60)))
    compact(index)
    if tail:
        add_records(index, map(record, tail))
        remove(index, ["p4", "p70"])
    learnt = centres(index)
    fold(index, monkeypatch)
    np.testing.assert_array_equal(centres(index), learnt)
    base, anew = base_written_anew(index, tmp_path / "anew")
    require_same_columns(index, published(index).base, tmp_path / "anew")
    everywhere = np.arange(len(anew))
    np.testing.assert_array_equal(base.vectors.at(everywhere), anew.vectors.at(everywhere))
    assert published(index).probing.recall >= vector_writer.RECALL
    question = anew.vectors.at(everywhere[:1])[0]
    for each in (base, anew):
        found, _ = each.vectors.nearest(question, len(anew), exact=True)
        assert sorted(found.tolist()) == everywhere.tolist()
    assert check(index) == []


def test_cells_are_learnt_anew_once_they_are_outgrown(
    make_index: MakeIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_few_cells(monkeypatch)
    index = make_index(map(record, range(60)))
    compact(index)
    learnt = published(index).probing.nlist
    add_records(index, map(record, range(60, 200)))
    fold(index, monkeypatch)
    assert published(index).probing.nlist > 1.5 * learnt


def test_a_base_that_grows_beyond_comparing_all_is_put_in_cells(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert published(index).probing.nlist == 0
    in_few_cells(monkeypatch, most_exact=80)
    assert published(fold(index, monkeypatch)).probing.nlist > 0


@pytest.mark.parametrize("file", [vector_file, column_file])
def test_damage_to_a_base_is_not_folded(
    index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: Callable[[Path, str], Path],
) -> None:
    rot(file(index, published(index).base))
    fold(index, monkeypatch)
    base, anew = base_written_anew(index, tmp_path / "anew")
    require_same_columns(index, published(index).base, tmp_path / "anew")
    everywhere = np.arange(len(anew))
    np.testing.assert_array_equal(base.vectors.at(everywhere), anew.vectors.at(everywhere))
    assert check(index) == []


def rot(path: Path) -> None:
    """Change a byte, as memory that rots does: the file's times stay."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[-3] ^= 0xFF
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


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
    rot(file(index, published(index).tail))
    add_records(index, [record(200)])
    tail, anew = as_written_anew(index, tmp_path / "anew")
    np.testing.assert_array_equal(
        tail.columns.field("author")["text"], anew.field("author")["text"]
    )
    assert check(index) == []
