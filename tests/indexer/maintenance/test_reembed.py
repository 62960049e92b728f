from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelError
from indexer.local.catalog.catalog import Catalog
from indexer.location import using_store
from indexer.maintenance import reembed as reembedding
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info, rebuild, remove
from indexer.pipeline import add
from indexer.progress import Estimate, Tally
from indexer.store import ALL
from indexer.where import AnyWord

RECORDS = [
    {"id": str(n), "title": f"{topic} {n}", "abstract": f"All about {topic}, the {n}th time."}
    for n, topic in enumerate(["galaxies", "grammar", "proteins", "graphs"] * 10)
]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    add(tmp_path / "index", [str(source)], model="hashing")
    return tmp_path / "index"


def vectors(index: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    catalog = Catalog(index)
    blocks = list(catalog.scan(after=0, change=catalog.last_change()))
    catalog.close()
    return np.concatenate([block.vectors for block in blocks])


@pytest.mark.slow
def test_an_index_is_brought_to_another_model(index: Path) -> None:
    remove(index, ["3"])
    rebuild(index, embed=True, model="all-MiniLM-L6-v2")
    facts = info(index)
    assert (facts["model"]["name"], facts["papers"]) == ("all-MiniLM-L6-v2", 39)
    assert check(index) == []
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        (question,) = store.embedder(snapshot.about.model).encode_queries(["clusters of stars"])
        best = snapshot.papers(snapshot.nearest(question, 9, ALL)[0])
    assert all("galaxies" in paper.title for paper in best)


def test_the_same_model_makes_the_same_vectors(index: Path) -> None:
    before = vectors(index)
    rebuild(index, embed=True)
    np.testing.assert_array_equal(vectors(index), before)
    assert check(index) == []


def test_stopped_it_goes_on_where_it_was(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopping:
        def estimated(self, estimate: Estimate) -> None: ...

        def advanced(self, tally: Tally, fraction: float | None) -> None:
            raise KeyboardInterrupt

    class Counting:
        embedded = 0

        def estimated(self, estimate: Estimate) -> None: ...

        def advanced(self, tally: Tally, fraction: float | None) -> None:
            self.embedded = tally.embedded

    monkeypatch.setattr(reembedding, "BATCH", 8)
    with pytest.raises(KeyboardInterrupt):
        rebuild(index, embed=True, listener=Stopping())
    assert check(index) == []
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        assert (snapshot.about.papers, snapshot.count(AnyWord("grammar"))) == (40, 10)
    counting = Counting()
    rebuild(index, embed=True, listener=counting)
    assert counting.embedded == 32


def test_words_alone_answer_when_the_model_is_gone(index: Path) -> None:
    catalog = Catalog(index, writable=True)
    model = json.loads(catalog.meta("model") or "")
    catalog.set_meta({"model": json.dumps(model | {"weights_sha256": "of another"})})
    catalog.close()
    rebuild(index)
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        assert snapshot.papers(snapshot.bm25("grammar 5", 1, ALL)[0])[0].title == "grammar 5"
        with pytest.raises(ModelError, match="rebuild --embed"):
            store.embedder(snapshot.about.model)
