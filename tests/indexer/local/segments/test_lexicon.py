from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.analysis import AUTHOR_WEIGHT
from indexer.errors import IndexDamagedError
from indexer.local.catalog.rows import Block
from indexer.local.segments.lexicon import Lexicon
from indexer.local.segments.lexicon_writer import LexiconWriter
from indexer.papers.paper import Paper

PAPERS = [
    Paper(id="a", title="Erdős numbers", abstract="Collaboration graphs of mathematicians."),
    Paper(id="b", title="Chain-of-thought prompting", abstract="Reasoning emerges in models."),
    Paper(id="c", title="Graph kernels", abstract="Kernels on graphs, and graphs of kernels."),
    Paper(id="d", title="", abstract="Only an abstract, on the theory of numbers."),
    Paper(id="e", title="A chain of islands", authors=("Paul Erdős", "Ada Graph")),
]


def block(papers: Sequence[Paper], first: int = 1) -> Block:
    n = len(papers)
    return Block(
        rows=np.arange(first, first + n),
        papers=list(papers),
        text_hashes=[""] * len(papers),
        truncated=np.zeros(n, np.bool_),
        vectors=np.zeros((n, 2), np.float16),
    )


def written(folder: Path, papers: Sequence[Paper]) -> Lexicon:
    writer = LexiconWriter(folder)
    writer.add(block(papers, writer.last_row + 1))
    writer.commit()
    return Lexicon(folder)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    return written(tmp_path_factory.mktemp("lexicon") / "1", PAPERS)


def test_accents_case_and_endings_do_not_matter(lexicon: Lexicon) -> None:
    assert lexicon.best("erdos", 9)[0].tolist() == lexicon.best("ERDŐS", 9)[0].tolist() == [1, 5]
    assert lexicon.best("kernel graph", 9)[0][0] == 3


def test_stop_words_alone_find_nothing(lexicon: Lexicon) -> None:
    assert lexicon.best("the of and", 9)[0].size == 0
    assert analysis.stems("the kernels of it") == ["kernel"]


def test_scores_are_bm25_as_its_formula_says(lexicon: Lexicon) -> None:
    """The slow, obvious way, with Tantivy's k1 and b."""
    k1, b = 1.2, 0.75
    texts = [f"{p.title} {p.title} {p.abstract}" for p in PAPERS]
    documents = [analysis.stems(text) for text in texts]
    names = [[word for name in p.authors for word in name.lower().split()] for p in PAPERS]

    def scores(term: str, fields: list[list[str]]) -> list[float]:
        n = sum(term in words for words in fields)
        idf = math.log(1 + (len(fields) - n + 0.5) / (n + 0.5))
        # A field without words holds a stand-in.
        mean = sum(max(1, len(words)) for words in fields) / len(fields)
        norm = [k1 * (1 - b + b * len(words) / mean) for words in fields]
        counts = [Counter(words)[term] for words in fields]
        return [idf * (k1 + 1) * c / (c + k) for c, k in zip(counts, norm, strict=True)]

    expected = np.array(scores("graph", documents))
    expected += AUTHOR_WEIGHT * np.array(scores("graph", names))
    rows, found = lexicon.best("graph", 9)

    assert rows.tolist() == [r + 1 for r in np.argsort(-expected, kind="stable") if expected[r]]
    np.testing.assert_allclose(found, expected[rows - 1], rtol=1e-4)


def test_few_papers_to_choose_from_leave_scores_alone(lexicon: Lexicon) -> None:
    rows, scores = lexicon.best("graph numbers", 9)
    some = np.array([rows[-1], rows[0]])
    chosen, same = lexicon.best("graph numbers", 9, among=some)
    assert chosen.tolist() == [rows[0], rows[-1]]
    np.testing.assert_allclose(same, [scores[0], scores[-1]])


def test_phrases_stand_side_by_side_in_their_field(lexicon: Lexicon) -> None:
    assert lexicon.holding("title", "chain of thought").tolist() == [2]
    assert lexicon.holding("title", "chain").tolist() == [2, 5]
    assert lexicon.holding("abstract", "theory of numbers").tolist() == [4]
    assert lexicon.holding("abstract", "theory numbers").tolist() == []
    assert lexicon.holding("abstract", "numbers theory").tolist() == []
    assert lexicon.holding("title", "the").tolist() == []


@given(st.text(max_size=300))
def test_any_text_is_a_question(lexicon: Lexicon, text: str) -> None:
    rows, scores = lexicon.best(text, 3)
    assert len(rows) == len(scores) <= 3
    lexicon.holding("title", text)


@pytest.mark.parametrize("text", ["(" * 5000, '"' * 5000, "\ud800", "a:b^2~ AND OR", "x" * 10_000])
def test_hostile_text_is_words(lexicon: Lexicon, text: str) -> None:
    assert lexicon.best(text, 5)[0].size <= 5


def test_it_grows_and_knows_how_far_it_got(tmp_path: Path) -> None:
    folder = tmp_path / "1"
    before = written(folder, PAPERS[:2])
    after = written(folder, PAPERS[2:])
    assert (len(before), len(after)) == (2, 5)
    assert after.rows().tolist() == [1, 2, 3, 4, 5]
    assert before.best("kernels", 9)[0].size == 0
    assert LexiconWriter(folder).last_row == 5


def test_what_is_no_lexicon_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Lexicon(tmp_path / "gone")
    written(tmp_path / "1", PAPERS)
    (tmp_path / "1" / "meta.json").write_text("{}")
    with pytest.raises(IndexDamagedError, match="rebuild"):
        Lexicon(tmp_path / "1")
