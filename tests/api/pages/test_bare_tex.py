from __future__ import annotations

import re
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.bare_tex import untorn, with_bare
from api.pages.formulas import with_formulas

_PIECES = st.sampled_from(
    (
        *(r"\textbf{", r"\emph{", r"\href{a}{", r"\url{", r"\alpha", r"{\tau}", r"\times", r"\%"),
        *("^", "_", "^{", "_{", "{", "}", "\\", "<b>", "&lt;", "<script>", "https://x/a_b ", "n"),
        *("x_1", "2", "-3", " ", "$", ")", "é", "\u2028"),
    )
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"up to 92\% of \$5", "up to 92% of $5"),
        ("at 10^{-3} or 10^-22", "at 10<sup>-3</sup> or 10<sup>-22</sup>"),
        ("in O(n^2) and O(T^{2/3})", "in O(n<sup>2</sup>) and O(T<sup>2/3</sup>)"),
        ("GUI-G^2 and C^2OT", "GUI-G<sup>2</sup> and C<sup>2</sup>OT"),
        ("an F_1 of π_{0.5}", "an F<sub>1</sub> of π<sub>0.5</sub>"),
        ("by F_0.5-score", "by F<sub>0.5</sub>-score"),
        (r"10-100\times faster, \alpha-entmax", "10-100× faster, α-entmax"),
        (r"{\tau}-Bench of \Theta{}(n)", "τ-Bench of Θ(n)"),
        (r"x^{\alpha}", "x<sup>α</sup>"),
        (r"\textbf{C}ausal \emph{and 5\%}", "<b>C</b>ausal <i>and 5%</i>"),
        (r"\textsc{AIEV-Instruct}", "AIEV-Instruct"),
        (r"at \url{x.org/a_b} or \href{https://x.org}{here}", "at x.org/a_b or here"),
        (r"many (\eg, cats)", "many (e.g., cats)"),
    ],
)
def test_what_is_surely_tex_is_set(text: str, wanted: str) -> None:
    assert with_formulas(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "snake_case, d_model and file_name_2 stay",
        "at https://github.com/a_b/x^2 and www.x.org/F_1",
        "a smile ^_^ and a ^ b, _this_ too",
        r"C:\alphabet and \rightarrowEnglish and \method",
        r"\textbf{open, \footnote{x} and \cite{y}",
        "{a} is kept, a_{ and ^{}",
        "5 < 6 & 7",
    ],
)
def test_all_else_stays_as_it_was_written(text: str) -> None:
    html = with_bare(text)
    assert html.unescape() == text
    assert "<" not in html


def test_it_does_nothing_else() -> None:
    html = with_bare(
        r"\textbf{<script>alert(1)</script>} x^{<img src=x>} \url{javascript:alert(1)}"
    )
    assert re.findall(r"<[^>]*>", html) == ["<b>", "</b>"]


@pytest.mark.parametrize(
    ("text", "word", "marked"),
    [
        (r"We \emph{do} and x^{2}", "do", ""),
        (r"We \emph{do} and x^{2}", "We", "We"),
        ("DA^2: Depth Anything", "DA", "DA^2"),
        ("of x_i^2 and more", "x", "x_i^2"),
        ("at 10^{-3} each", "3", ""),
        ("see https://x.org/graph_1", "graph", "graph"),
    ],
)
def test_a_mark_tears_nothing_that_is_set_whole(text: str, word: str, marked: str) -> None:
    at = text.index(word)
    assert [text[a:b] for a, b in untorn(text, [(at, at + len(word))])] == [marked] * bool(marked)


@given(st.lists(_PIECES, max_size=14).map("".join))
def test_whatever_stands_in_a_text_comes_out_well_formed(text: str) -> None:
    html = with_bare(text)
    root = ET.fromstring(f"<p>{html}</p>")  # noqa: S314 - our own output
    assert {element.tag for element in root.iter()} <= {"p", "b", "i", "code", "sup", "sub"}


def test_bounded_in_time() -> None:
    started = time.perf_counter()
    for text in ("x^{" * 20_000, r"\textbf{" * 20_000, "a_" * 50_000, "{\\" * 50_000, "^" * 99_999):
        with_bare(text)
    assert time.perf_counter() - started < 3
