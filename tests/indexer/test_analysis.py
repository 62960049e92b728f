"""What words papers and questions are looked up by."""

from __future__ import annotations

import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.papers.folding import fold
from indexer.spellings import american

LETTERS = "aAbBeEéÉöÖøßæłñçZz19"
TEXTS = st.lists(
    st.one_of(
        st.text(LETTERS, min_size=1, max_size=6),
        st.sampled_from(
            [
                *("fine-tuning", "state-of-the-art", "C++", "c#", "colour", "x\u0302y", "it's"),
                *("-", "--", "–", ".", ", ", "the", "of", "(", ")", "_", "+", "#", "x" * 70),
            ]
        ),
    ),
    max_size=12,
).map(" ".join)
SAMPLES = Path(__file__).resolve().parents[2] / "data" / "papers.jsonl"
CHAINS = st.lists(st.text("abgk7", min_size=1, max_size=5), min_size=2, max_size=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fine-tuning", "finetun fine tune"),
        ("fine‐tuning fine‑tuning fine–tuning", "finetun fine tune " * 3),
        ("finetuning", "finetun"),
        ("fine tuning", "fine tune"),
        ("Fine- tuning, -tuning; fine--tuning", "fine tune tune fine tune"),
        ("state-of-the-art", "stateoftheart state art"),
        ("an on-line e-mail", "onlin line email e mail"),
        ("to-be or not", "tobe"),
        ("GPT-4 β-VAE k-NN 3-D", "gpt4 gpt 4 βvae β vae knn k nn 3d 3 d"),
        ("10-20 pages", "10 20 page"),
        ("a1-b2-c3-d4-e5-f6", "a1 b2 c3 d4 e5 f6"),
        ("re-organisation", "reorgan re organiz"),
        ("C++ and c# in C, C++11", "c++ c# c c++ 11"),
        ("StarGAN++ #hashtag", "stargan hashtag"),
        ("the behaviours of neighbouring centres", "behavior neighbor center"),
        ("Erdős naïve ﬁne ÜBER", "erdo naiv fine uber"),
        ("x\u0302yz e\u0301tude", "xyz etud"),
        ("x_y 量子", "x y 量子"),
        ("", ""),
        ("\ud800", ""),
    ],
)
def test_the_words_of_a_text(text: str, expected: str) -> None:
    assert analysis.stems(text) == expected.split()


@given(text=TEXTS)
def test_case_and_accents_do_not_matter(text: str) -> None:
    assert analysis.stems(fold(text)) == analysis.stems(text)
    assert analysis.phrases(text.upper()) == analysis.phrases(text)


@given(parts=CHAINS)
def test_a_hyphenated_word_is_found_by_the_word_without_hyphens(parts: list[str]) -> None:
    if not all(part.isdigit() for part in parts):
        assert set(analysis.stems("".join(parts))) <= set(analysis.stems("-".join(parts)))


@given(text=st.text(max_size=80))
def test_any_text_has_words_without_spaces(text: str) -> None:
    found = analysis.stems(text)
    assert all(stem and not any(map(str.isspace, stem)) and stem != analysis.GAP for stem in found)
    assert analysis.scored_text(text).split() == (found or [analysis.NO_WORDS])
    assert set(analysis.asked(text).every()) == set(found)


@given(before=TEXTS, text=TEXTS, after=TEXTS)
def test_a_text_holds_its_phrases(before: str, text: str, after: str) -> None:
    """At the distances that the index has them at, wherever they stand."""
    held = analysis.placed(f"{before} {text} {after}")
    for phrase in analysis.phrases(text):
        starts = [place for place, stem in held if stem == phrase[0][1]]
        assert any({(start + place, stem) for place, stem in phrase} <= held for start in starts)


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("fine-tuning of models", "Fine-tuning of models", True),
        ("finetuning of models", "Fine-tuning of models", True),
        ("fine tuning of models", "Fine-tuning of models", True),
        ("fine-tuning of models", "finetuning of models", True),
        ("fine-tuning of models", "fine tuning of models", True),
        ("a finetuned large-scale model", "A fine-tuned largescale model", True),
        ("a fine-tuned large scale model", "A finetuned large-scale model", True),
        ("a fine tuned largescale model", "A fine-tuned large-scale model", False),
        ("a finetuned large-scale model", "A fine-tuned large-scale model", True),
        ("finetuning of models", "fine tuning of models", False),
        ("finetuning models", "fine-tuning of models", False),
        ("tuning fine", "fine-tuning", False),
        ("models fine", "fine-tuned models", False),
        ("C++", "a C++ library", True),
        ("C++", "vitamin C", False),
        ("C", "a C++ library", False),
        ("modelling of colour", "Modeling of color", True),
    ],
)  # fmt: skip
def test_phrases(phrase: str, text: str, stands: bool) -> None:
    held = analysis.placed(text)
    assert stands == any(
        {(start + place, stem) for place, stem in each} <= held
        for each in analysis.phrases(phrase)
        for start in range(len(text) + 200)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fine-tuning the behaviours", "fine tune behaviour"),
        ("C++ on-line", "c line"),
        ("modelling of networks", "model network"),
    ],
)
def test_an_older_index_is_asked_by_its_own_words(text: str, expected: str) -> None:
    assert analysis.stems(text, tokens=1) == expected.split()
    assert analysis.asked(text, tokens=1).every() == expected.split()
    (phrase,) = analysis.phrases(text, tokens=1)
    assert [stem for _, stem in phrase] == expected.split()


def test_a_word_that_stands_four_times_counts_twice() -> None:
    asked = analysis.asked("graph graphs tree graph GRAPH graph-based Graph-Based")
    assert asked.stems == {"graph": 2.0, "tree": 1.0}
    assert list(asked.hyphenated.values()) == [2**0.5]


@given(st.text(st.sampled_from("abzAZ09"), min_size=1, max_size=62))
def test_plain_words_fold_as_the_analyser_folds_them(word: str) -> None:
    folded = "".join(analysis.plain().analyze(word))
    assert analysis.stems(word) == analysis.english().analyze(american(folded))


@given(st.lists(st.sampled_from(["fine-tuning", "C++", "(GPT-3),", "naïve", "the", "Models."])))
def test_stems_are_those_of_the_words_in_order(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert analysis.stems(text) == [each for word in analysis.words(text) for each in word.stems]


@given(text=TEXTS)
def test_a_field_of_phrases_counts_the_words_off_in_both_ways(text: str) -> None:
    found = analysis.words(text)
    apart = [stem or analysis.GAP for word in found for stem in word.parts]
    joined = [stem or analysis.GAP for word in found for stem in word.whole]
    field = analysis.phrase_text(text).split()
    assert field[: len(apart)] == apart
    gaps = field[len(apart) : len(field) - len(joined)]
    if joined == apart:
        assert field == apart
    else:
        assert field[len(field) - len(joined) :] == joined
        assert len(gaps) > analysis.MAX_TERMS
        assert set(gaps) == {analysis.GAP}


def test_texts_without_spaces_do_not_fill_the_memory() -> None:
    letters = [chr(code) for code in range(0x4E00, 0x5E00)]

    def read(count: int, seed: int) -> None:
        drawn = random.Random(seed)  # noqa: S311 - no secret
        for _ in range(count):
            text = "".join(drawn.choices(letters, k=4_000))
            analysis.stems(text), analysis.scored_text(text), analysis.phrase_text(text)

    read(20, seed=1)
    tracemalloc.start()
    read(150, seed=2)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000  # bytes; each text alone takes 8,000
