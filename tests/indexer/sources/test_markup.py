"""Mark-up in titles and abstracts as text, whatever format it comes in."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.paper import Paper
from indexer.sources import open_source
from indexer.sources.cleaning import readable
from indexer.sources.reading.markup import plain

MML = 'xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def shown(text: str) -> str:
    """As a paper has it."""
    return " ".join(plain(text).split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<jats:title>Background</jats:title><jats:p>Rails wobble.</jats:p>"
            "<jats:p>x &lt; y</jats:p>",
            "Background Rails wobble. x < y",
        ),
        ("<jats:title>Abstract</jats:title><jats:p>Rails wobble.</jats:p>", "Rails wobble."),
        ("<p><b>Aims:</b> Tea.<br>More</p><p>End", "Aims: Tea. More End"),
        ("&lt;jats:p&gt;Tea &amp;lt; 3 cups&lt;/jats:p&gt;", "Tea < 3 cups"),
        ("<sec><title>Aims</title><p>Tea.</p></sec><sec><title>Methods</title><p>Milk.</p></sec>",
         "Aims Tea. Methods Milk."),
        ("CO<sub>2</sub> by <i>Chlorella</i> &amp; friends", "CO2 by Chlorella & friends"),
        ("CO<inf>2</inf> and Ca<sup>2+</sup>, 5 m<sup>2</sup>", "CO2 and Ca2+, 5 m2"),
        ("10<sup>-3</sup> of <sup>13</sup>C, the 1<sup>st</sup>", "10^-3 of 13C, the 1st"),
        ("<ce:italic>E. coli</ce:italic> &#233;t&eacute;&nbsp;2020", "E. coli été 2020"),
        ('See <a href="https://example.org/?a=1&amp;b=2">here</a>', "See here"),
        ("A<!-- hidden -->B<script>alert(1)</script>", "AB<script>alert(1)</script>"),
        ("<![CDATA[Tea & milk]]>", "Tea & milk"),
    ],
)  # fmt: skip
def test_jats_and_html_become_text(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'<mml:math {MML} display="inline"><mml:msub><mml:mi>CO</mml:mi><mml:mn>2</mml:mn>'
         "</mml:msub></mml:math> falls", "CO2 falls"),
        ("<math>\n <msub>\n  <mi>H</mi>\n  <mn>2</mn>\n </msub>\n <mi>O</mi>\n</math>", "H2O"),
        ("<math><mi>x</mi><mo>&lt;</mo><mi>y</mi></math>", "x < y"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup><mo>+</mo><mo>-</mo><mn>1</mn></math>",
         "x^2 + -1"),
        ("<math><msup><mi>Ca</mi><mrow><mn>2</mn><mo>+</mo></mrow></msup></math>", "Ca2+"),
        ("<math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>−</mo><mn>1</mn></mrow></mfrac></math>",
         "a/(b − 1)"),
        ("<math><msqrt><mi>n</mi></msqrt><mover><mi>x</mi><mo>¯</mo></mover></math>", "√nx"),
        ("<math><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mi>i</mi></math>",
         "∑_i^ni"),
        ("<math><mi>f</mi><mo>\u2061</mo><mfenced><mi>x</mi><mi>y</mi></mfenced></math>",
         "f(x, y)"),
        # Both forms of one formula: the plain one where that reads well, else LaTeX.
        ("<jats:alternatives><jats:tex-math>$$CO_2$$</jats:tex-math><mml:math><mml:msub>"
         "<mml:mi>CO</mml:mi><mml:mn>2</mml:mn></mml:msub></mml:math></jats:alternatives>", "CO2"),
        (r"<jats:alternatives><jats:tex-math>\documentclass[12pt]{minimal}\begin{document}"
         r"$$\frac{a}{b}$$\end{document}</jats:tex-math><mml:math><mml:mfrac><mml:mi>a</mml:mi>"
         "<mml:mi>b</mml:mi></mml:mfrac></mml:math></jats:alternatives>", r"$$\frac{a}{b}$$"),
        (r"<math><semantics><mroot><mi>x</mi><mn>3</mn></mroot><annotation "
         r'encoding="application/x-tex">\sqrt[3]{x}</annotation></semantics></math>',
         r"$\sqrt[3]{x}$"),
        (r'<inline-formula><tex-math notation="LaTeX">$x^2$ </tex-math></inline-formula>',
         "$x^2$"),
    ],
)  # fmt: skip
def test_formulas_become_lines(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Order when k<n and m>k",
        "p<0.05 and q>3",
        "a <b and c> d",
        "the mean <b> of $<p>$",
        "generics such as List<T> and Map<String, Integer>",
        "A&B, AT&T, R&D; &nosuch; a & b",
        "x < y > z",
        "<",
        "5 <",
        "C++ <vector>",
    ],
)
def test_what_is_no_markup_stays(text: str) -> None:
    assert plain(text) == text


@given(st.text())
def test_text_without_signs_stays_and_any_text_is_taken(text: str) -> None:
    without = text.replace("<", "").replace("&", "")
    assert plain(without) is without
    assert isinstance(plain(text), str)


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<sup>", "</sup>", "<math>", "</math>", "<mfrac>", "<mi>", "</mi>"),
        *("<mo>", "&lt;", "&amp;", "<br/>", "Z", "2", "<mover>", "<msubsup>", " ", '"'),
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_broken_markup_loses_no_letter(text: str) -> None:
    assert plain(text).count("Z") == text.count("Z")


@pytest.mark.parametrize(
    "piece",
    ["<b>", "<b a='x' ", '<b a="', "<b>x", "</b>", "&lt;", "&amp;", "<mfrac>", "<b x=y z", "<!--"],
)
def test_hostile_markup_takes_time_in_proportion(piece: str) -> None:
    def seconds(signs: int) -> float:
        text = piece * (signs // len(piece))
        start = time.process_time()
        plain(text)
        return time.process_time() - start

    # Time that grows with the square would be 25 times as long.
    assert seconds(500_000) < 12 * (seconds(100_000) + 0.05)


MISSING = [
    "[No abstract available]",
    "No abstract available.",
    "Abstract not available",
    "No Abstract",
    "An abstract is not available for this content so a preview has been provided.",
    "The abstract for this document is not available.",
    "This article has no abstract.",
    "N/A",
    "nan",
    "None",
    "-",
    "...",
    "International audience",
    "Kein Abstract verfügbar",
    "Résumé indisponible",
    "Sin resumen",
    "无摘要",
    "<jats:p>No abstract available</jats:p>",
]


@pytest.mark.parametrize("text", MISSING)
def test_what_says_that_there_is_no_abstract_is_none(text: str) -> None:
    assert readable({"title": "Nan", "Abstract": text})["Abstract"] == ""


@pytest.mark.parametrize(
    "text",
    [
        "No abstract machine is available for this language, so we define one.",
        "Abstract interpretation.",
        "None of the above.",
        "Summary statistics are missing.",
        "Not available in stores.",
    ],
)
def test_short_abstracts_stay(text: str) -> None:
    assert readable({"abstract": text})["abstract"] == text


def test_a_record_without_markup_is_handed_on_as_it_is() -> None:
    fields = {"id": "1", "title": "T", "abstract": "x" * 300, "authors": ["A"], "url": "a?b&c"}
    assert readable(fields) is fields


TITLE, ABSTRACT = "CO<sub>2</sub> &amp; k<n", "<p>Tea.</p><p>Milk.</p>"
FILES = {
    "jsonl": json.dumps({"title": TITLE, "abstract": ABSTRACT}),
    "csv": f"title,abstract\n{TITLE},{ABSTRACT}\n",
    "tsv": f"title\tabstract\n{TITLE}\t{ABSTRACT}\n",
    "ris": f"TY  - JOUR\nTI  - {TITLE}\nAB  - {ABSTRACT}\nER  - \n",
    "csl-json": json.dumps([{"type": "book", "title": TITLE, "abstract": ABSTRACT}]),
    "openalex": json.dumps(
        {"title": TITLE, "abstract_inverted_index": {ABSTRACT: [0]}, "authorships": []}
    ),
    "semantic-scholar": json.dumps({"title": TITLE, "abstract": ABSTRACT, "corpusid": 7}),
    "arxiv-snapshot": json.dumps(
        {"id": "2101.00001", "title": TITLE, "abstract": ABSTRACT, "authors_parsed": []}
    ),
    "huggingface": json.dumps(
        [{"paper": {"id": "2101.00001", "title": TITLE, "summary": ABSTRACT}}]
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_comes_out_as_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(FILES[name], encoding="utf-8")
    (paper,) = open_source(str(path), name)
    assert isinstance(paper, Paper)
    assert (paper.title, paper.abstract) == ("CO2 & k<n", "Tea. Milk.")


def test_names_and_venues_are_read_likewise(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    record = {"title": "T", "authors": ["J. M&uuml;ster"], "venue": "Tea &amp; Milk",
              "url": "https://example.org/?a=1&copy=2"}  # fmt: skip
    path.write_text(json.dumps(record), encoding="utf-8")
    (paper,) = open_source(str(path))
    assert isinstance(paper, Paper)
    assert (paper.authors, paper.venue) == (("J. Müster",), "Tea & Milk")
    assert paper.url == "https://example.org/?a=1&copy=2"
