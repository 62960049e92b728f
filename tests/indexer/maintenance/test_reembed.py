from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from indexer.errors import ModelError
from indexer.local.catalog.catalog import Catalog
from indexer.local.writer import LocalWriter
from indexer.location import using_store
from indexer.maintenance import reembed as reembedding
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import info, rebuild, remove
from indexer.models.recipe import document_text, embed
from indexer.pipeline import add
from indexer.progress import Estimate, Tally
from indexer.snapshot import About
from indexer.where import ALL, AnyWord

RECORDS = [
    {"id": str(n), "title": f"{topic} {n}", "abstract": f"All about {topic}, the {n}th time."}
    for n, topic in enumerate(["galaxies", "grammar", "proteins", "graphs"] * 10)
]


class Counting:
    """Counts what is embedded, and ends the run after so many papers."""

    def __init__(self, most: int | None = None) -> None:
        self.embedded, self._most = 0, most

    def estimated(self, estimate: Estimate) -> None: ...

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        self.embedded = tally.embedded
        if self._most is not None and self.embedded >= self._most:
            raise KeyboardInterrupt


@pytest.fixture
def index(tmp_path: Path) -> Path:
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    add(tmp_path / "index", [str(source)], model="hashing")
    return tmp_path / "index"


@pytest.fixture
def other_model(small_model: Path) -> str:
    """One that an index may be changed to."""
    return str(small_model)


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
    monkeypatch.setattr(reembedding, "BATCH", 8)
    with pytest.raises(KeyboardInterrupt):
        rebuild(index, embed=True, listener=Counting(most=1))
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


def test_stopped_before_it_is_published_nothing_is_embedded_again(
    index: Path, other_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(writer: LocalWriter, *, merge: bool = False) -> About:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LocalWriter, "publish", stopped)
        with pytest.raises(KeyboardInterrupt):
            rebuild(index, embed=True, model=other_model)
    counting = Counting()
    rebuild(index, embed=True, model=other_model, listener=counting)
    assert counting.embedded == 0
    assert info(index)["model"]["name"] == other_model
    assert check(index) == []
    rebuild(index, embed=True, listener=counting)  # a new wish: everything
    assert counting.embedded == 40


def test_papers_that_come_while_it_is_stopped_are_embedded_with_the_rest(
    index: Path, other_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reembedding, "BATCH", 8)
    with pytest.raises(KeyboardInterrupt):
        rebuild(index, embed=True, model=other_model, listener=Counting(most=24))
    more = tmp_path / "more.jsonl"
    changed = {"id": "2", "title": "proteins, revised", "abstract": "All about their folding."}
    records = [changed, {"id": "new", "title": "comets", "abstract": "Of ice and dust."}]
    more.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(index, [str(more)])
    remove(index, ["3"])
    assert info(index)["model"]["name"] == "hashing"
    counting = Counting()
    rebuild(index, embed=True, model=other_model, listener=counting)
    assert counting.embedded == 16 + 2
    assert (info(index)["model"]["name"], info(index)["papers"]) == (other_model, 40)
    assert check(index) == []
    with using_store(index) as store:
        snapshot = store.snapshot()
        assert snapshot is not None
        embedder = store.embedder(snapshot.about.model)
        for id, text in (("2", "proteins, revised\nAll about their folding."), ("5", None)):
            key = snapshot.locate([id])
            (paper,) = snapshot.papers(key)
            expected = embed(embedder, [text or document_text(paper)]).vectors
            np.testing.assert_allclose(snapshot.vectors(key), expected, atol=0.01)
