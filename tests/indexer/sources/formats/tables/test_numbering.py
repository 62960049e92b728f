"""Ids that only count rows name no paper; other ids do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from indexer.local.catalog.catalog import Catalog
from indexer.papers.paper import Paper
from indexer.pipeline import add
from indexer.sources import open_source
from indexer.sources.formats.tables import numbering


def write(path: Path, ids: Sequence[object], kind: str = "Tea", abstract: str = "We pour") -> str:
    rows = "".join(f"{id},{kind} {n},{abstract} {kind} {n}.\n" for n, id in enumerate(ids))
    path.write_text(f"id,title,abstract\n{rows}")
    return str(path)


def ids(path: str, *, keep_numbers: bool = False) -> list[str]:
    return [
        item.id for item in open_source(path, keep_numbers=keep_numbers) if isinstance(item, Paper)
    ]


def held(index: Path) -> dict[str, Paper]:
    catalog = Catalog(index)
    try:
        blocks = catalog.scan(after=0, change=catalog.last_change())
        return {paper.id: paper for block in blocks for paper in block.papers}
    finally:
        catalog.close()


@pytest.mark.parametrize(
    "numbers",
    [[1, 2], [0, 1, 2], range(1, 1_500), [2_001, 2_002, 2_003], ["1.0", "2.0"], [1], [0, 1, 0, 1]],
)
def test_what_counts_up_without_gaps_is_no_id(numbers: Sequence[object], tmp_path: Path) -> None:
    source = write(tmp_path / "a.csv", numbers)
    found = ids(source)
    assert len(set(found)) == len(numbers)
    assert all(id.startswith("title:") for id in found)
    assert ids(source, keep_numbers=True) == [str(number) for number in numbers]


@pytest.mark.parametrize(
    "values", [[1, 3, 4], [2, 1], ["a", "b"], ["1", "x"], [31000001], ["2301.00001"]]
)
def test_other_ids_stay(values: Sequence[object], tmp_path: Path) -> None:
    assert ids(write(tmp_path / "a.csv", values)) == [str(value) for value in values]


def test_a_reject_between_rows_is_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\n1,Tea\n2,Milk,x\n3,Water\n")
    assert all(id.startswith("title:") for id in ids(str(path)))


def test_a_count_that_ends_far_on_leaves_the_ids_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbering, "MAX_ROWS", 3)
    found = ids(write(tmp_path / "a.csv", [1, 2, 3, 4, "x", 6]))
    assert found[4:] == ["x", "6"]
    assert all(id.startswith("title:") for id in found[:4])


def test_numbers_stay_where_nothing_else_tells_rows_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,title\n" + "".join(f"{n},Untitled\n" for n in range(1, 6)))
    assert ids(str(path)) == ["1", "2", "3", "4", "5"]


def test_rows_with_an_abstract_alone_are_papers_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,abstract\n1,We pour tea.\n2,We pour milk.\n")
    assert len(set(ids(str(path)))) == 2


def test_two_tables_that_count_alike_are_four_papers(tmp_path: Path) -> None:
    index = tmp_path / "index"
    sources = [write(tmp_path / f"{kind}.csv", [1, 2], kind) for kind in ("Tea", "Milk")]
    tally = add(index, sources, model="hashing")
    assert (tally.added, tally.updated) == (4, 0)
    assert {paper.title for paper in held(index).values()} == {"Tea 0", "Tea 1", "Milk 0", "Milk 1"}


def test_the_same_table_again_updates(tmp_path: Path) -> None:
    index = tmp_path / "index"
    add(index, [write(tmp_path / "a.csv", [1, 2])], model="hashing")
    again = add(index, [write(tmp_path / "a.csv", [1, 2])])
    assert (again.added, again.unchanged) == (0, 2)
    changed = add(index, [write(tmp_path / "a.csv", [1, 2, 3], abstract="We drink")])
    assert (changed.added, changed.updated) == (1, 2)
    assert len(held(index)) == 3


@pytest.mark.parametrize("doi", ["", ",doi"])
def test_an_older_index_keeps_its_numbers(doi: str, tmp_path: Path) -> None:
    index, path = tmp_path / "index", tmp_path / "a.csv"

    def write_rows(abstract: str) -> None:
        rows = [f"{n},Tea {n},{abstract}{',10.5555/' + str(n) if doi else ''}" for n in (1, 2)]
        path.write_text(f"id,title,abstract{doi}\n" + "\n".join(rows) + "\n")

    write_rows("We pour.")
    add(index, [str(path)], model="hashing", keep_numbers=True)  # as an older version did
    assert set(held(index)) == {"1", "2"}
    write_rows("We drink.")
    tally = add(index, [str(path)])
    assert (tally.added, tally.updated) == (0, 2)
    assert set(held(index)) == {"1", "2"}
    other = write(tmp_path / "b.csv", [1, 2], "Milk")
    assert add(index, [other]).added == 2


@pytest.mark.parametrize("write_table", ["write_parquet", "write_arrow"])
def test_other_tables_likewise(write_table: str, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq, ipc = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow.ipc")
    data = pa.table({"id": [1, 2], "Document Title": ["Tea", None], "abstract": ["a", "b"],
                     "Authors": [["Anna Tester"], None]})  # fmt: skip
    path = str(tmp_path / "table")
    writers: dict[str, Callable[[], object]] = {
        "write_parquet": lambda: pq.write_table(data, path),
        "write_arrow": lambda: _write_arrow(ipc, data, path),
    }
    writers[write_table]()
    papers = [item for item in open_source(path) if isinstance(item, Paper)]
    assert [paper.id[:6] for paper in papers] == ["title:", "title:"]
    assert papers[0].authors == ("Anna Tester",)


def _write_arrow(ipc: object, data: object, path: str) -> None:
    with ipc.new_file(path, data.schema) as writer:  # type: ignore[attr-defined]
        writer.write_table(data)
