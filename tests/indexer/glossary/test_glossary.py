"""The glossary of some papers, beside a slow and obvious count of the same."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from indexer.glossary import counts as counting
from indexer.glossary.abbreviations import long_key
from indexer.glossary.counts import Counts
from indexer.glossary.glossary import Glossary
from indexer.glossary.tables import NAMES, Table, arrays_of
from indexer.papers.folding import words
from indexer.papers.paper import Paper

_WORDS = st.sampled_from(
    ("model", "modle", "models", "Über", "量子力学", "x1", "2024", "a", "transformer", "tansformer")
)
_TOLD = st.sampled_from(
    ("Large Language Models (LLMs)", "large language model (LLM)", "low low model (LLM)")
)
_TEXTS = st.lists(_WORDS | _TOLD, max_size=8).map(" ".join)
PAPERS = st.lists(st.builds(Paper, id=st.just("p"), title=_TEXTS, abstract=_TEXTS), max_size=6)


def glossary_of(*heaps: list[Paper]) -> Glossary:
    return Glossary([Table(arrays_of(Counts.of(papers))) for papers in heaps])


@given(PAPERS, PAPERS)
def test_counts_of_two_heaps_are_those_of_all(some: list[Paper], others: list[Paper]) -> None:
    merged = Counts.of(some)
    merged.merge(Counts.of(others))
    assert merged == Counts.of([*some, *others]) == glossary_of(some, others).counts()
    merged.take_away(others)
    assert merged == Counts.of(some)


@given(PAPERS, PAPERS, st.sampled_from(("modle", "transformers", "uber", "x2", "nothing")))
def test_words_alike_are_those_within_the_distance(
    some: list[Paper], others: list[Paper], asked: str
) -> None:
    glossary = glossary_of(some, others)
    held = Counter(
        word
        for paper in [*some, *others]
        for word in set(words(f"{paper.title} {paper.abstract}"))
        if len(word) >= 2 and not word.isdecimal()
    )
    for word, count in held.items():
        assert glossary.frequency(word) == count
    assert glossary.frequency("odel") == 0
    for distance in (1, 2):
        expected = {
            word: (OSA.distance(asked, word), count)
            for word, count in held.items()
            if OSA.distance(asked, word) <= distance
        }
        assert glossary.alike(asked, distance) == expected


@given(PAPERS, PAPERS)
def test_abbreviations_are_found_from_both_sides(some: list[Paper], others: list[Paper]) -> None:
    glossary = glossary_of(some, others)
    told = Counts.of([*some, *others]).pairs
    assert glossary.long_forms(["llm", "nothing"]) == told
    asked = ["large language model", "nothing of it"]
    assert glossary.short_forms(asked) == Counter(
        {pair: count for pair, count in told.items() if long_key(pair[1]) in asked}
    )


def test_a_glossary_of_nothing_knows_nothing() -> None:
    for glossary in (Glossary(), glossary_of([])):
        assert glossary.frequency("model") == 0
        assert glossary.alike("model", 2) == {}
        assert not glossary.long_forms(["llm"])
    assert not Glossary()


def test_of_too_many_words_the_rare_ones_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 10)
    rare = [Paper(id="p", title=f"common rare{chr(97 + n)}") for n in range(26)]
    counted = Counts.of(rare)
    assert counted.words["common"] == 26
    assert len(counted.words) <= 10


def test_arrays_of_another_version_are_no_table() -> None:
    arrays = arrays_of(Counts())
    assert arrays.keys() == set(NAMES)
    assert Table.fits(arrays)
    assert not Table.fits({**arrays, "version": arrays["version"] + 1})
    assert not Table.fits({})


@given(PAPERS, PAPERS, st.sampled_from(("m", "mod", "transformer", "uber", "量", "x2")))
def test_words_that_begin_so_are_given_by_their_papers(
    some: list[Paper], others: list[Paper], asked: str
) -> None:
    held = {w: n for w, n in Counts.of([*some, *others]).words.items() if w.startswith(asked)}
    by_papers = sorted(held, key=lambda word: (-held[word], word))
    assert glossary_of(some, others).starting(asked, 2) == by_papers[:2]
