from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from indexer.errors import IndexNotFoundError, UsageError
from indexer.local.snapshot import LocalSnapshot
from indexer.maintenance.export import export
from indexer.maintenance.upkeep import remove
from indexer.models.hashing import HashingEmbedder
from indexer.models.recipe import RECIPE, document_text, embed
from indexer.papers.paper import Paper
from indexer.progress import Silent, Tally
from indexer.snapshot import Snapshot

Reading = Callable[[Path], Snapshot]


def test_every_paper_comes_out_as_it_is_found_with_its_vector(
    sample_index: Path, tmp_path: Path, reading: Reading
) -> None:
    target = tmp_path / "papers.parquet"
    count = export(sample_index, target)
    table = pq.read_table(target)
    assert table.num_rows == count == 202
    assert table.column_names == [*(field.name for field in fields(Paper)), "vector"]
    records = table.to_pylist()
    snapshot = reading(sample_index)
    for record in records[::20]:
        (paper,) = snapshot.papers(snapshot.locate([record["id"]]))
        for field in fields(Paper):
            given = getattr(paper, field.name)
            assert record[field.name] == (
                list(given) if isinstance(given, tuple) else None if given == "" else given
            )
        made = embed(HashingEmbedder(), [document_text(paper)]).vectors[0]
        np.testing.assert_allclose(record["vector"], made, atol=1e-3)
    facts = json.loads(table.schema.metadata[b"nearpaper"])
    assert facts["model"]["name"] == "hashing"
    assert facts["recipe"] == RECIPE
    assert facts["generation"] >= 1
    assert [path.name for path in tmp_path.iterdir()] == ["papers.parquet"]


def test_its_progress_is_told(
    sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, float | None]] = []

    class Told(Silent):
        def advanced(self, tally: Tally, fraction: float | None) -> None:
            told.append((tally.read, fraction))

    scan = LocalSnapshot.scan
    monkeypatch.setattr(LocalSnapshot, "scan", lambda snapshot, where: scan(snapshot, where, 101))
    export(sample_index, tmp_path / "papers.parquet", listener=Told())
    assert told == [(101, 0.5), (202, 1.0)]


def test_what_was_removed_stays_away(make_index: object, tmp_path: Path) -> None:
    assert callable(make_index)
    folder = make_index(
        [{"id": "2401.00001", "title": "one"}, {"id": "2401.00002", "title": "two"}]
    )
    remove(folder, ["2401.00001"])
    export(folder, tmp_path / "left.parquet")
    assert pq.read_table(tmp_path / "left.parquet").column("id").to_pylist() == ["2401.00002"]


def test_failures_are_one_line_and_leave_nothing(sample_index: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing"):
        export(sample_index, tmp_path / "missing" / "papers.parquet")
    with pytest.raises(IndexNotFoundError):
        export(tmp_path / "nowhere", tmp_path / "papers.parquet")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UsageError, match="lies inside of the index"):
        export(sample_index, sample_index / "catalog.sqlite")
