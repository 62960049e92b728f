from __future__ import annotations

from html import escape, unescape
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.folding import fold
from search.answer.highlight import formulas, marked, marks

STOP_WORDS = {"the", "of", "a"}
OPEN, CLOSE = "<mark>", "</mark>"

PIECES = st.sampled_from(
    [
        *("graph", "Graphs", "GRAPH", "the", "Erdős", "e\u0301t", "½", "_", "-", ".", " ", "\n"),
        *("$", "$$", "\\(", "\\)", "\\[", "\\]", "\\$", "\\graph", "\\\\", "x_1", "网络"),
        *("<b>", "</mark>", "&amp;", '"', "'", "<script>", "\ud800", "\u202e"),
    ]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=30).map("".join)
STEMS = st.sets(st.sampled_from(["graph", "erdo", "et", "x", "1", "11", "amp", "网络"]))


def stem(word: str) -> str | None:
    """As the lexicon does it, but for a stemmer that only knows the plural."""
    folded = fold(word)
    return None if folded in STOP_WORDS else folded.rstrip("s")


def shown(stems: set[str], text: str) -> str:
    return marked(text, marks(stems, stem, text, "")[1], "[", "]", str)


def test_words_are_matched_by_their_stems_and_shown_as_printed() -> None:
    text = "Graphs of Erdős: the GRAPH, a graph and the graphs' spectra"
    assert marks({"graph", "erdo", "the"}, stem, text, "")[0] == ["Graphs", "Erdős", "GRAPH"]
    assert shown({"graph", "erdo", "the"}, text) == (
        "[Graphs] of [Erdős]: the [GRAPH], a [graph] and the [graphs]' spectra"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a graph $G$ of graph $graph_1$ size", "a [graph] $G$ of [graph] $graph_1$ size"),
        ("$$graph$$ graph \\(graph\\) graph", "$$graph$$ [graph] \\(graph\\) [graph]"),
        ("\\[ graph \\]-graph", "\\[ graph \\]-[graph]"),
        ("$k$-graph and $n$graph", "$k$-[graph] and $n$[graph]"),
        ("costs $5, a graph", "costs $5, a [graph]"),
        ("\\graph{graph} \\$graph\\$", "\\graph{[graph]} \\$[graph]\\$"),
        ("multigraph graph_1 Graph-based", "multigraph [graph]_1 [Graph]-based"),
    ],
)
def test_highlights_keep_out_of_formulas_and_macros(text: str, expected: str) -> None:
    assert shown({"graph"}, text) == expected


def test_a_word_in_a_formula_is_named_though_it_is_not_marked() -> None:
    assert marks({"su"}, stem, "on $\\mathrm{SU}(2)$", "")[0] == ["SU"]
    assert marks({"su"}, stem, "on $\\mathrm{SU}(2)$", "")[1] == []


def test_accents_that_do_not_compose_stay_with_their_letter() -> None:
    assert shown({"xyz"}, "a x\u0302yz b") == "a [x\u0302yz] b"


def test_hostile_text_is_escaped() -> None:
    text = 'graph<script>alert("graph")</script>'
    spans = marks({"graph"}, stem, text, "")[1]
    assert marked(text, spans, OPEN, CLOSE, escape) == (
        "<mark>graph</mark>&lt;script&gt;alert(&quot;<mark>graph</mark>&quot;)&lt;/script&gt;"
    )


@given(stems=STEMS, text=TEXT)
def test_spans_are_in_order_and_touch_no_formula(stems: set[str], text: str) -> None:
    spans = marks(stems, stem, text, "")[1]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
    assert all(0 <= edge <= len(text) for edge in edges)
    for start, end in spans:
        assert all(end <= first or last <= start for first, last in formulas(text))
        assert fold(text[start:end])
    shown_words = {fold(text[start:end]) for start, end in spans}
    assert shown_words <= {fold(word) for word in marks(stems, stem, text, "")[0]}


@given(text=TEXT, spans=st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50))))
def test_marking_any_spans_loses_nothing_and_lets_nothing_through(
    text: str, spans: list[tuple[int, int]]
) -> None:
    result = marked(text, spans, OPEN, CLOSE, escape)
    bare = result.replace(OPEN, "").replace(CLOSE, "")
    assert not set("<>\"'") & set(bare)
    assert bare == escape(text)
    assert unescape(bare) == unescape(escape(text))
    assert marked(text, spans, "", "", str) == text


@given(stems=STEMS, text=TEXT)
def test_every_formula_comes_whole_to_who_escapes(stems: set[str], text: str) -> None:
    stretches: list[str] = []

    def kept(stretch: str) -> str:
        stretches.append(stretch)
        return stretch

    marked(text, marks(stems, stem, text, "")[1], "", "", kept)
    found = [one[start:end] for one in stretches for start, end in formulas(one)]
    assert found == [text[start:end] for start, end in formulas(text)]


def test_a_long_hostile_text_takes_no_time() -> None:
    text = "$ graph \\( " * 20_000
    started = perf_counter()
    assert len(marks({"graph"}, stem, text, "")[1]) == 10_000
    assert len(marks({"graph"}, stem, text.replace("$", ""), "")[1]) == 20_000
    assert perf_counter() - started < 5
