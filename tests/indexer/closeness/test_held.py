"""Which words of a question each of some papers holds, beside stems of every word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import analysis
from indexer.closeness.held import held

SAMPLES = Path(__file__).resolve().parents[3] / "data" / "papers.jsonl"
PIECES = (
    *("dying", "vying", "skies", "aed", "do", "C++", "(C#),", "x-ray", "Xray", "U.S.", "e-mail"),
    *("email", "co-operate", "cooperate", "state-of-the-art", "(SOTA)", "naïve", "12%.", "2,967"),
    *("GPT-4o's", "and/or", "m,", "I", "AB", "İstanbul", "early", "only", "ugly"),
)
BRITISH = (
    *("sceptic", "foetal", "oedema", "oesophagus", "oestrogen", "aetiology", "anaesthesia"),
    *("anaemia", "uraemia", "haemoglobin", "paediatric", "palaeolithic", "mould", "grey"),
    *(
        "manoeuvre",
        "fibre",
        "litre",
        "artefact",
        "sulphur",
        "colour",
        "gynaecology",
        "synaesthesia",
    ),
)


@given(
    st.lists(st.lists(st.sampled_from(PIECES + BRITISH)), max_size=3),
    st.lists(st.sampled_from(PIECES + BRITISH), max_size=4),
    st.sampled_from([1, 2]),
)
def test_no_word_is_passed_over(papers: list[list[str]], asked: list[str], tokens: int) -> None:
    texts, stems = list(map(" ".join, papers)), set(analysis.stems(" ".join(asked), tokens))
    found = held(texts, stems, lambda piece: analysis.stems(piece, tokens))
    assert found == [stems & set(analysis.stems(text, tokens)) for text in texts]


@pytest.mark.parametrize("way", [str, str.upper, "({}),".format, "un-{}".format])
def test_every_word_of_the_sample_is_found_where_it_stands(way: Callable[[str], str]) -> None:
    text = SAMPLES.read_text(encoding="utf-8").replace('"', " ")
    words = {*text.split(), *PIECES, *BRITISH}
    assert len(words) > 5_000
    for word in words:
        stems = set(analysis.stems(word))
        assert held([way(word)], stems, analysis.stems) == [stems & set(analysis.stems(way(word)))]


@pytest.mark.parametrize("british", BRITISH)
def test_british_words_are_found_by_american_ones(british: str) -> None:
    (stem,) = analysis.stems(british)
    assert held([f"the {british}, twice"], [stem], analysis.stems) == [{stem}]
