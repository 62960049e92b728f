from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.answer.highlight import formulas
from search.answer.sentences import sentence_spans, sentences

PIECES = st.sampled_from(
    [
        *(
            "We show it. ",
            "e.g. ",
            "et al. ",
            "Fig. 2",
            "3.14",
            "J. Serre",
            "! ",
            "?) ",
            "… ",
            "。",
        ),
        *("$", "$$", "\\(", "\\)", "\\[", "\\]", " ", "\n", ".", '." ', "(", "\u2003", "\ud800"),
    ]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=30).map("".join)


@pytest.mark.parametrize(
    "parts",
    [
        ["We prove it. ", "Then we test it! ", "Does it hold? ", "Yes."],
        ["Some models, e.g. BERT, i.e. Encoders, fail. ", "Others don't."],
        ["Smith et al. (2019) and Jones et al. Showed it. ", "See Fig. 3 and Eq. (2)."],
        ["Supervised vs. Unsupervised learning in the U.S. Senate. ", "Done."],
        ["The mass is 3.5 kg, cf. Sect. 2. ", "It grew by approx. 5%. ", "In 2019. ", "Then fell."],
        ["A theorem of J.-P. Serre and P. W. Shor (Ph.D. Thesis, No. 5) holds. ", "We extend it."],
        ["Let $x = 1. Then$ be so. ", "The bound \\(a. B\\) is sharp. ", "$$C. D$$ ends."],
        ["It holds for all $n$. ", "$G$ is a graph of order n. ", "We colour it."],
        ['He said "it works." ', "(We agree.) ", "[It does.]   ", "End"],
        ["Accuracy, speed, etc. are given. ", "The answer is no. ", "We stop after 5 ms. ", "Fin."],
        ["It is i.i.d. Gaussian noise. ", "A sum of approx. that size."],
        ["我们提出一种方法。", "它很快。", "完"],
        ["No end", ""],
    ],
)
def test_sentences_end_where_a_reader_ends_them(parts: list[str]) -> None:
    assert sentences("".join(parts)) == [part for part in parts if part]


@given(text=TEXT)
def test_sentences_tile_the_text_and_split_no_formula(text: str) -> None:
    assert "".join(sentences(text)) == text
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    cuts = {end for _, end in spans}
    assert not any(start < cut < end for cut in cuts for start, end in formulas(text))


def test_a_long_hostile_text_takes_no_time() -> None:
    started = perf_counter()
    for unit in (".", ". ", '."', "$ A. ", "A. b ", "\\( ", ".\u2003", "a.b.", "。"):
        sentences(unit * 50_000)
    assert perf_counter() - started < 5


def test_a_lost_space_still_ends_a_sentence() -> None:
    text = "This is shown.We then go on, in Node.js and e.g.This way."
    assert sentences(text)[:1] == ["This is shown."]
    assert "".join(sentences(text)) == text
