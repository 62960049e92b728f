from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.formulas import MAX_FORMULA, with_formulas

_PIECES = st.sampled_from(
    (
        *(r"\frac", r"\text", r"\href", r"\style", r"\color", r"\left(", r"\right)", r"\sqrt"),
        *(r"\begin{matrix}", r"\end{matrix}", r"\mathbb", r"\limits", r"\genfrac", r"\hspace"),
        *(r"\not", r"\operatorname", r"\substack", r"\overset", r"\char", r"\middle", r"\\"),
        *("<b>", "&lt;", "<script>", "javascript:", "{", "}", "^", "_", "&", "x", "1", "|", "["),
    )
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("in $O(n^2)$ steps", "<msup><mi>n</mi><mn>2</mn></msup>"),
        (r"over \(\mathbb{R}\)", "ℝ"),
        (r"$$\frac{a}{b}$$", "<mfrac>"),
    ],
)
def test_formulas_are_set(text: str, wanted: str) -> None:
    html = with_formulas(text)
    assert wanted in html
    assert "$" not in html
    assert html.count("<math") == html.count("</math>") == 1


@pytest.mark.parametrize(
    "text",
    [
        "$x$ <script>alert(1)</script>",
        r"$\text{<script>alert(1)</script>}$",
        r"$\text{&lt;script&gt;}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{position:fixed}{x}$",
        r"$\color{red\" onclick=\"alert(1)}{x}$",
    ],
)
def test_formulas_do_nothing_else(text: str) -> None:
    html = with_formulas(text)
    assert "<script" not in html
    assert not re.search(r"<[^>]* (href|style|onclick|src)=", html)


@pytest.mark.parametrize(
    "text",
    ["$5 and $6", "$$", r"$\frac$", "$a_b_c$", "$" + "x" * (MAX_FORMULA + 1) + "$", "${{{$"],
)
def test_what_cannot_be_set_stays_as_it_was_written(text: str) -> None:
    assert with_formulas(text) == text


def test_bounded_in_time() -> None:
    started = time.perf_counter()
    with_formulas("$" + r"\frac{" * 60 + "}" * 60 + "$" + r" $\sqrt{x}$" * 5_000)
    with_formulas("$" + "{" * 10_000 + "$")
    assert time.perf_counter() - started < 5


class _Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {name for name, _ in attrs} & {"href", "style", "src", "class", "id"}


@given(st.lists(_PIECES, max_size=12).map(lambda pieces: f"${' '.join(pieces)}$"))
def test_whatever_stands_in_a_formula_comes_out_well_formed(text: str) -> None:
    html = with_formulas(text)
    assert not _Tags(html).tags & {"script", "b", "a", "img"}
    ET.fromstring(f"<p>{html}</p>")  # noqa: S314 - our own output
