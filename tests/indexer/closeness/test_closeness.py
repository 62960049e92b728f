"""How near an index is to questions, and the threshold that is fitted over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.closeness.calibration import USUAL, Calibration, calibration_of
from indexer.closeness.closeness import NAMES, Question, Ways, coverage
from indexer.closeness.fitting import fitted, fitted_again
from indexer.memory.store import MemoryStore
from indexer.models.hashing import HashingEmbedder
from indexer.pipeline import add
from indexer.snapshot import Snapshot
from indexer.where import ALL
from search.engine import Engine

MakeStore = Callable[[Iterable[Mapping[str, object]]], MemoryStore]
FIELDS = {
    "galaxy": ["star", "telescope", "redshift", "halo", "nebula", "orbit", "dust"],
    "grammar": ["verb", "noun", "clause", "syntax", "parser", "treebank", "case"],
    "bread": ["sourdough", "rye", "flour", "oven", "crust", "yeast", "recipe"],
}
SAMPLE = Path(__file__).resolve().parents[3] / "data" / "papers.jsonl"
FAR = "nothing in the index is close to this question"


@pytest.fixture
def store(make_store: MakeStore) -> MemoryStore:
    chance = np.random.default_rng(1)
    made = make_store(
        {"id": f"{n}", "title": field, "abstract": " ".join(chance.choice(words, 12))}
        for n, (field, words) in enumerate(list(FIELDS.items()) * 100)
    )
    with made.writer() as writer:
        writer.commit((), meta=fitted_again(made, HashingEmbedder, anew=True))
    return made


@pytest.fixture
def snapshot(store: MemoryStore) -> Snapshot:
    found = store.snapshot()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def real() -> MemoryStore:
    """The sample papers, embedded by the model that people have."""
    made = MemoryStore()
    add(made, [str(SAMPLE)])
    return made


@pytest.mark.parametrize(
    "question",
    ["where to buy cheap garden chairs", "how to knit a scarf", "mortgage rates in small towns"],
)
def test_nothing_close_is_said_plainly(real: MemoryStore, question: str) -> None:
    with Engine.open(real) as engine:
        far = engine.search(question)
        near = engine.search("how black holes merge")
    assert FAR in far.warnings
    assert far.far
    assert not far.close
    assert not any(result.close for result in far)
    assert near.close
    assert min(result.score for result in near if result.close) > max(one.score for one in far)


@pytest.mark.parametrize(
    "question", ["Vaswani", "GloVe", "PaLM", "ROUGE", "RAG", "the LoRA paper", "few-shot", "BERT"]
)
def test_names_and_short_forms_are_close(real: MemoryStore, question: str) -> None:
    with Engine.open(real) as engine:
        found = engine.search(question)
    assert not found.far
    assert FAR not in found.warnings
    assert found[0].close


def test_by_words_alone_scores_are_the_share_of_the_words(real: MemoryStore) -> None:
    with Engine.open(real) as engine:
        found = engine.search("attention zebra", mode="lexical")
        nothing = engine.search("zebra giraffe attention gnu elk", mode="lexical")
    assert 0 < found[0].score < 1
    assert nothing.far


def test_it_is_fitted_again_when_papers_have_doubled_or_halved() -> None:
    assert Calibration().is_outdated(1)
    assert not Calibration(0.3, 100).is_outdated(199)
    assert Calibration(0.3, 100).is_outdated(200)
    assert not Calibration(0.3, 100).is_outdated(51)
    assert Calibration(0.3, 100).is_outdated(50)


def test_it_is_kept_as_it_was_fitted(snapshot: Snapshot) -> None:
    again = fitted(snapshot, HashingEmbedder().encode_queries)
    assert snapshot.calibration == again
    assert again.papers == snapshot.about.papers
    assert calibration_of(again.as_meta()["calibration"]) == again


@pytest.mark.parametrize("told", [None, "", "x", "[]", "{}", '{"far": "x", "papers": 1}'])
def test_what_nobody_can_read_is_as_if_it_were_not_there(told: str | None) -> None:
    assert calibration_of(told) == Calibration(USUAL, 0)


def test_coverage_is_the_share_of_the_words_by_their_rarity(snapshot: Snapshot) -> None:
    question = Question(snapshot, "galaxy zebra redshift")
    assert question.coverage(snapshot.stems("galaxy zebra redshift")) == pytest.approx(1)
    assert question.coverage(()) == 0
    rare, common = (question.coverage(snapshot.stems(word)) for word in ("zebra", "galaxy"))
    assert rare > common > 0
    both = question.coverage(snapshot.stems("zebra galaxy"))
    assert both == pytest.approx(rare + common)
    assert Question(snapshot, "of the").coverage(["x"]) == 0


def test_a_hyphenated_word_is_covered_in_any_way_of_writing_it(snapshot: Snapshot) -> None:
    for asked in ("fine-tuning", "finetuning"):
        question = Question(snapshot, asked)
        assert question.coverage(snapshot.stems("fine-tuning")) == 1
        assert question.coverage(snapshot.stems("finetuning")) == 1
    assert Question(snapshot, "fine-tuning").coverage(snapshot.stems("fine tuning")) == 1


@given(st.lists(st.sampled_from("abcdef"), max_size=6), st.sets(st.sampled_from("abcdef")))
def test_more_words_never_cover_less(asked: list[str], held: set[str]) -> None:
    weights: dict[Ways, float] = {((word,),): float(ord(word)) for word in asked}
    less, more = coverage(weights, held - {"a"}), coverage(weights, held)
    assert 0 <= less <= more <= 1 + 1e-9


@pytest.mark.parametrize(
    "question",
    ["aetiology of oestrogen", "aesthetic x-ray études", "Élan and 3D vision", "Ærial images"],
)
def test_no_word_of_a_paper_is_passed_over(make_store: MakeStore, question: str) -> None:
    words = (
        "Aetiology etiology, oestrogen (estrogen) aesthetics. esthetic X-Rays xrays; etudes "
        "ETUDES elan 3d Vision aerial image x"
    )
    store = make_store([{"id": "1", "title": "One", "abstract": words}])
    snapshot = store.snapshot()
    assert snapshot is not None
    for text in (words, words.upper(), *words.split()):
        asked = Question(snapshot, question)
        paper = replace(snapshot.papers(snapshot.ordered("newest", 1, ALL))[0], abstract=text)
        whole = asked.coverage(snapshot.stems("\n".join((paper.title, text))))
        assert asked.of_papers([paper]).tolist() == [whole]


def test_papers_are_covered_as_by_all_their_words(real: MemoryStore) -> None:
    snapshot = real.snapshot()
    assert snapshot is not None
    papers = snapshot.papers(snapshot.ordered("newest", 60, ALL))
    for paper in papers[:8]:
        asked = Question(snapshot, paper.abstract)
        whole = [
            asked.coverage(
                snapshot.stems("\n".join((one.title, one.abstract, *one.authors[:NAMES])))
            )
            for one in papers
        ]
        assert asked.of_papers(papers[:20]).tolist() == whole[:20]
        assert asked.of_papers(papers[10:]).tolist() == whole[10:]  # some of them once more
