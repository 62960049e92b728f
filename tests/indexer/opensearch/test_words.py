"""The queries by which a cluster is asked for words, in words of its own version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pytest

from indexer.analysis import MAX_TERMS, TOKENS
from indexer.models.hashing import HashingEmbedder
from indexer.opensearch.querying.conditions import Query, Words, query_of
from indexer.opensearch.querying.lexical_search import terms_of
from indexer.opensearch.records.head import Head
from indexer.opensearch.writing import decisions
from indexer.where import Phrase


def unasked(stems: Sequence[str]) -> Sequence[int]:
    raise AssertionError(stems)


def term(field: str, word: str, weight: float) -> Query:
    return {"term": {field: {"value": word, "boost": weight}}}


def phrases(text: str, tokens: int) -> list[str]:
    words = Words(tokens, lambda asked: [])
    query = query_of(Phrase(("title",), text), words)
    return [each["match_phrase"]["title"]["query"] for each in query["bool"]["should"]]


def test_a_hyphenated_word_counts_by_the_better_of_its_ways() -> None:
    found = terms_of("fine-tuning models", TOKENS, unasked)
    parts = [term("text", "fine", 0.5), term("text", "tune", 0.5)]
    either = {"bool": {"should": parts, "minimum_should_match": 1}}
    names = [term("author_text", word, 0.5) for word in ("fine", "models", "tuning")]
    assert found == [
        term("text", "model", 1.0),
        {"dis_max": {"queries": [term("text", "finetun", 1.0), either]}},
        *names,
    ]


def test_an_older_index_is_asked_by_its_own_words() -> None:
    found = terms_of("fine-tuning", 1, unasked)
    assert found[:2] == [term("text", "fine", 1.0), term("text", "tune", 1.0)]
    assert phrases("Fine-tuning of behaviour", 1) == ["fine tune _ behaviour"]


def test_a_phrase_is_asked_for_in_both_ways_of_counting_its_words() -> None:
    assert phrases("Fine-tuning of C++", TOKENS) == ["fine tune _ c++", "finetun _ c++"]
    assert phrases("finetuning behaviour", TOKENS) == ["finetun behavior"]


def test_of_a_long_text_the_rarest_words_are_asked_for() -> None:
    long = " ".join(f"w{n} a{n}-b{n}" for n in range(MAX_TERMS))

    def frequencies(stems: Sequence[str]) -> Sequence[int]:
        return [0 if stem.startswith("b") else 1 + len(stem) * 10 for stem in stems]

    found = str(terms_of(long, TOKENS, frequencies))
    assert found.count("'text'") == MAX_TERMS
    assert "'b" not in found.replace("'boost'", "").replace("'bool'", "")


@pytest.mark.parametrize(("told", "tokens"), [({}, 1), ({"tokens": TOKENS}, TOKENS)])
def test_who_made_the_next_index_says_by_which_words(told: dict[str, int], tokens: int) -> None:
    """A version that knew of one kind of words didn't say so."""
    model = HashingEmbedder().model
    head = Head(identity="i", index="old", model=model, recipe="r", tokens=1)
    value = {"index": "new", "model": asdict(model), "recipe": "r", **told}
    new = decisions._committed(head, {"number": 1, "value": value})
    assert (new.index, new.tokens) == ("new", tokens)
