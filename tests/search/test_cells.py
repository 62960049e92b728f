"""The engine over an index so large that its vectors are in cells: here, from 50 papers on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import indexer.local.segments.cells
import indexer.local.segments.vector_writer
import search.ranking.ranking
import search.ranking.retriever
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, info, remove
from indexer.pipeline import add
from search.engine import Engine
from search.options import MODES, Mode
from search.query.filters import Filters

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "papers.jsonl"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """With rankings so short that pages reach beyond them. Read only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexer.local.segments.cells, "MOST_EXACT", 50)
        patch.setattr(search.ranking.ranking, "DEPTH", 20)
        patch.setattr(search.ranking.retriever, "DEPTH", 20)
        folder = tmp_path_factory.mktemp("large") / "index"
        add(folder, [str(SAMPLE)], model="hashing")
        compact(folder)
        yield folder


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", [Filters(), Filters(after="2017"), Filters(categories=("cs",))])
def test_pages_tile_and_nothing_that_passes_is_missing(
    large: Path, mode: Mode, filters: Filters
) -> None:
    with Engine.open(large) as engine:
        whole = engine.search("language learning", mode=mode, filters=filters, limit=1000)
        assert len(whole.results) == whole.total
        for limit in (7, 30):
            ids = [
                result.paper.id
                for offset in range(0, whole.total, limit)
                for result in engine.search(
                    "language learning", mode=mode, filters=filters, limit=limit, offset=offset
                ).results
            ]
            assert ids == [result.paper.id for result in whole.results]


def test_info_tells_the_recall_measured(large: Path) -> None:
    probing = info(large)["probing"]
    assert probing["nlist"] == 57
    assert probing["nprobe"] > 0
    assert probing["recall"] >= indexer.local.segments.vector_writer.RECALL


def test_what_came_and_went_since_is_seen(large: Path, tmp_path: Path) -> None:
    large = Path(shutil.copytree(large, tmp_path / "index"))
    fresh = tmp_path / "fresh.jsonl"
    fresh.write_text('{"id": "new", "title": "Quokka census", "abstract": "quokka island"}\n')
    add(large, [str(fresh)], model="hashing")
    remove(large, ["1706.03762"])
    for fold in (False, True):
        if fold:
            compact(large)
        assert check(large) == []
        with Engine.open(large) as engine:
            assert engine.search("quokka census", mode="dense").results[0].paper.id == "new"
            found = engine.search("attention", mode="dense", limit=1000).results
            assert len(found) == 202
            assert "1706.03762" not in {result.paper.id for result in found}
