"""Parquet and Arrow tables: values that Python has not, and what pandas makes of columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.papers.paper import Paper
from indexer.sources import Reject, open_source

pa = pytest.importorskip("pyarrow")


def read(path: Path, columns: Mapping[str, object]) -> list[Paper]:
    from pyarrow import parquet

    parquet.write_table(pa.table(columns), path)
    items = list(open_source(str(path)))
    assert [item.reason for item in items if isinstance(item, Reject)] == []
    return [item for item in items if isinstance(item, Paper)]


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [("date32", [19_000, 3_000_000, 19_001]), ("timestamp", [1_641_600_000, 4 * 10**11, 0])],
)
def test_a_date_that_cannot_be_is_unknown(kind: str, numbers: list[int], tmp_path: Path) -> None:
    whole = pa.int32() if kind == "date32" else pa.int64()
    dates = pa.array(numbers, whole).view(pa.date32() if kind == "date32" else pa.timestamp("s"))
    columns = {"title": ["A", "B", "C"], "date": dates, "authors": [["Ann", "Bo"]] * 3}
    papers = read(tmp_path / "a.parquet", columns)
    assert [paper.title for paper in papers] == ["A", "B", "C"]
    assert [bool(paper.date) for paper in papers] == [True, False, True]
    assert papers[1].authors == ("Ann", "Bo")


def test_whole_numbers_with_gaps_are_ids(tmp_path: Path) -> None:
    columns = {"id": [5.0, None, 700.0], "title": ["A", "B", "C"], "year": [2019.0, None, 2020.0]}
    papers = read(tmp_path / "a.parquet", columns)
    assert [paper.id for paper in papers][::2] == ["5", "700"]
    assert [paper.date for paper in papers] == ["2019", "", "2020"]
