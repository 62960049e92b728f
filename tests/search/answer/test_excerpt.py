"""Where an excerpt begins, and which of the matched words it marks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from search.answer.excerpt import COMMON, Excerpt, excerpt, weights
from search.engine import Engine

ABSTRACT = "Networks learn. Grokking networks learn late. We show grokking of parity in networks."


def spans(*words: str) -> list[tuple[int, int]]:
    found = []
    for word in words:
        at = ABSTRACT.lower().find(word)
        while at >= 0:
            found.append((at, at + len(word)))
            at = ABSTRACT.lower().find(word, at + 1)
    return sorted(found)


def shown(weighed: dict[str, float], *words: str) -> Excerpt:
    def weigh(span: tuple[int, int], in_title: bool) -> tuple[str, float]:
        word = ABSTRACT[slice(*span)].lower()
        return word, weighed[word]

    return excerpt(ABSTRACT, [], spans(*words), weigh)


def begin(found: Excerpt) -> str:
    return ABSTRACT[found.start :]


def test_begins_with_the_sentence_that_holds_most_of_what_is_rare() -> None:
    assert begin(shown({"networks": 1.0}, "networks")).startswith("Networks learn.")
    both = shown({"networks": 1.0, "grokking": 2.0}, "networks", "grokking")
    assert begin(both).startswith("Grokking")
    words = {"networks": 0.0, "grokking": 2.0, "parity": 3.0}
    assert begin(shown(words, *words)).startswith("We show")


def test_common_words_are_not_marked() -> None:
    found = shown({"networks": 0.0, "grokking": 2.0}, "networks", "grokking")
    assert [ABSTRACT[a:b] for a, b in found.abstract] == ["Grokking", "grokking"]


def test_nothing_matched_shows_the_beginning() -> None:
    assert shown({}) == Excerpt(0, (), ())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("source") / "papers.csv"
    rare = "On video. Of zebrafish in video there is little. Video ends."
    usual = ["Video of things.", "Video of frames.", "Frames of things."]
    rows = [f"{n},Video {n},{usual[n % 3] if n else rare}" for n in range(40)]
    path.write_text("\n".join(["id,title,abstract", *rows]))
    store = MemoryStore()
    add(store, [str(path)], model="hashing")
    with Engine.open(store) as opened:
        yield opened


def test_an_answer_with_reasons_has_excerpts(engine: Engine) -> None:
    first = engine.search("video of zebrafish", explain="words")[0]
    text = first.paper.abstract
    assert text[first.excerpt.start :].startswith("Of zebrafish")
    assert [text[a:b] for a, b in first.excerpt.abstract] == ["zebrafish"]
    assert first.excerpt.title == ()
    assert engine.search("video of zebrafish")[0].excerpt == Excerpt()


def test_of_common_words_alone_the_less_common_are_marked(engine: Engine) -> None:
    assert engine.search("video", explain="words")[0].excerpt.title
    first = engine.search("frames of video", explain="words")[0]
    text = first.paper.abstract
    assert {text[a:b] for a, b in first.excerpt.abstract} == {"frames"}
    assert first.excerpt.title == ()
    with_weights = weights_of(engine, "video", "zebrafish")
    assert with_weights["video"] == 0.0
    assert with_weights["zebrafish"] > 0.0
    assert COMMON < 1


def weights_of(engine: Engine, *words: str) -> dict[str, float]:
    snapshot = engine._store.snapshot()
    assert snapshot
    stems = {word: snapshot.stems(word)[0] for word in words}
    found = weights(snapshot, list(stems.values()))
    return {word: found[stem] for word, stem in stems.items()}
