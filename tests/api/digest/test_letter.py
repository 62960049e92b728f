"""A digest as people read it."""

from __future__ import annotations

import re

from lxml import html

from api.digest.letter import Letter, write_letter
from indexer.papers.paper import Paper
from search.answer.answer import Result
from search.digest import Digest, Section


def written(*papers: Paper, site: str = "", name: str = "Proteins") -> Letter:
    results = tuple(Result(rank=n, paper=one, score=0.9731) for n, one in enumerate(papers, 1))
    digest = Digest((Section(name, results), Section("More", results[:1])), 1234)
    return write_letter(digest, day="2026-01-31", since="2026-01-30", site=site)


PAPER = Paper(
    id="2601.00001",
    title="Folding $x^2$ & more",
    abstract="word " * 300,
    authors=("Ana Müller", "Bo Chen", "Cy D."),
    date="2026-01-29",
    categories=("q-bio.BM", "cs.LG"),
    url="https://huggingface.co/papers/2601.00001",
    upvotes=1234,
)


def test_date_and_counts_come_first() -> None:
    found = written(PAPER)
    assert found.subject == "nearpaper, 31 January 2026: 2 new papers"
    start = "2 of 1,234 papers added since 30 January 2026: Proteins 1, More 1"
    assert found.text.splitlines()[1] == start
    assert start in found.html


def test_text_is_narrow_but_for_addresses() -> None:
    long = Paper(
        id="x", title="verylongword" * 20, abstract="short", url=f"https://a.org/{'p' * 90}"
    )
    for line in written(PAPER, long).text.splitlines():
        assert len(line) <= 78 or "https://" in line or "verylongword" in line


def test_both_forms_say_the_same() -> None:
    found = written(PAPER, site="https://papers.example.org")
    page = html.document_fromstring(found.html.encode())
    shown = " ".join(page.text_content().split())
    plain = " ".join(found.text.split())
    about = (
        "Ana Müller, Bo Chen and 1 more · 29 January 2026 · q-bio.BM · 1,234 upvotes · score 0.97"
    )
    for said in ("Folding $x^2$ & more", about, "word word …"):
        assert said in shown
        assert said in plain
    links = {str(link.get("href")) for link in page.iter("a")}
    assert links == {
        "https://huggingface.co/papers/2601.00001",
        "https://arxiv.org/abs/2601.00001",
        "https://papers.example.org/papers/2601.00001",
    }
    assert all(link in plain for link in links)


def test_numbers_go_on_from_search_to_search() -> None:
    page = html.document_fromstring(written(PAPER, Paper(id="b", title="B")).html.encode())
    assert [one.get("start") for one in page.iter("ol")] == ["1", "3"]


def test_nothing_is_loaded_and_colours_fit_light_and_dark() -> None:
    found = written(PAPER).html
    page = html.document_fromstring(found.encode())
    assert not [*page.iter("img", "script", "link", "iframe", "form")]
    assert "url(" not in found
    assert "prefers-color-scheme: dark" in found
    assert 'content="light dark"' in found


def test_what_others_wrote_stays_text() -> None:
    evil = Paper(
        id='"><script>alert(1)</script>',
        title='<script>alert(2)</script>"\x1b[31m',
        abstract="</p></li><img src=x onerror=alert(3)>",
        authors=("<b>Mallory</b>",),
        categories=('"><i>',),
        doi='10.1/"><script>',
        url='https://example.org/"onmouseover="alert(4)\x1b',
    )
    found = written(evil, name='<h1>"', site="https://papers.example.org")
    page = html.document_fromstring(found.html.encode())
    assert not [*page.iter("script", "img", "b", "i")]
    assert len([*page.iter("h1")]) == 1
    assert not any(name.startswith("on") for one in page.iter() for name in one.attrib)
    assert "\x1b" not in found.html + found.text
    assert not re.search(r"^https?://\S* \S", found.text, re.MULTILINE)


def test_a_paper_without_an_address_has_its_doi() -> None:
    assert (
        "https://doi.org/10.1000/x%28y%29"
        in written(Paper(id="10.1000/x(y)", title="T", doi="10.1000/x(y)")).text
    )
    assert "http" not in written(Paper(id="own-1", title="T", url="javascript:1")).text
