from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.papers.paper import Paper, make_paper, merge, text_hash, title_id

WORDS = st.text(alphabet="abc é", max_size=8)
DATES = st.sampled_from(["", "2023", "2023-11", "2023-11-05", "2024"])
PAPERS = st.builds(
    Paper,
    id=st.just("x"),
    title=WORDS,
    abstract=WORDS,
    authors=st.lists(WORDS, max_size=2).map(tuple),
    date=DATES,
    upvotes=st.none() | st.integers(0, 9),
    sources=st.lists(st.sampled_from("ab"), max_size=2, unique=True).map(tuple),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = ["id", "title", "abstract", "authors", "date", "categories", "upvotes", "comments", "doi"]


def test_a_record_becomes_a_clean_paper() -> None:
    paper = make_paper(
        {
            "id": "https://arxiv.org/abs/2101.11408v2",
            "title": "Number  Parsing\n at a Gigabyte",
            "summary": "By L\\'evy, with $x\\'$.",
            "author": "Daniel Lemire and Ann Lee",
            "publishedAt": "2021-01-11T20:31:27Z",
            "url": "https://arxiv.org/abs/2101.11408",
            "categories": "cs.DS cs.MS",
            "journal-ref": "Software 51 (8)",
            "upvotes": "7",
            "numComments": 2,
            "doi": "https://doi.org/10.1002/SPE.2984",
            "license": "CC0",
            "comment": "12 pages",
        },
        source="snapshot",
    )
    assert paper == Paper(
        id="2101.11408",
        title="Number Parsing at a Gigabyte",
        abstract="By Lévy, with $x\\'$.",
        authors=("Daniel Lemire", "Ann Lee"),
        date="2021-01-11",
        url="https://arxiv.org/abs/2101.11408",
        categories=("cs.DS", "cs.MS"),
        venue="Software 51 (8)",
        upvotes=7,
        comments=2,
        version=2,
        doi="10.1002/spe.2984",
        sources=("snapshot",),
        licence="CC0",
        ids=("10.1002/spe.2984",),
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"id": "p1", "arXiv ID": "2101.11408v3"}, "2101.11408"),
        ({"id": 12345}, "12345"),
        ({"id": " ", "doi": "10.1002/X"}, "10.1002/x"),
        ({"doi": "10.48550/arXiv.2101.11408"}, "2101.11408"),
        ({"doi": "unknown"}, title_id("T")),
        ({}, title_id("T")),
    ],
)
def test_an_id_is_found_or_made(record: dict[str, Any], expected: str) -> None:
    assert make_paper({"title": "T", **record}, source="s").id == expected


def test_a_title_or_an_abstract_suffices() -> None:
    assert make_paper({"id": "1", "title": "", "abstract": "A"}, source="s").abstract == "A"
    assert make_paper({"id": "1", "title": "T", "abstract": None}, source="s").title == "T"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "neither title nor abstract"),
        ({"title": " \x00 "}, "neither title nor abstract"),
        ({"title": None, "abstract": "A", "id": None}, "no id, and neither DOI nor title"),
        ({"title": ["T"]}, "title is not text"),
        ({"title": "x" * 2_001}, "title is longer than 2,000 characters"),
        ({"abstract": "x" * 100_001}, "abstract is longer than 100,000 characters"),
        ({"id": "x" * 201}, "the id is longer"),
        ({"id": 2412.09645}, "id is not text"),
        ({"id": True}, "id is not text"),
        ({"upvotes": -1}, "upvotes is negative"),
        ({"upvotes": True}, "upvotes is not a whole number"),
        ({"upvotes": "many"}, "upvotes is not a whole number"),
        ({"authors": [7]}, "an author's name is not text"),
        ({"categories": 7}, "categories is neither"),
    ],
)
def test_a_useless_record_is_refused_with_its_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make_paper({"id": "1", "title": "T", **change}, source="s")


def test_details_that_make_no_sense_are_not_known() -> None:
    paper = make_paper(
        {"id": "1", "title": "T", "date": "soon", "url": "javascript:x", "comments": "12 pages"},
        source="s",
    )
    assert (paper.date, paper.url, paper.comments) == ("", "", None)
    assert make_paper({"title": "T", "licence": "word " * 200}, source="s").licence == ""


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_record_is_a_paper_or_refused(record: dict[str, Any]) -> None:
    try:
        paper = make_paper(record, source="s")
    except ValueError:
        return
    assert paper.id
    assert paper.title or paper.abstract
    again = {name: value for name in NAMES if (value := getattr(paper, name)) not in ("", (), None)}
    assert make_paper(again, source="s") == paper or paper.version


def test_a_later_record_overwrites_only_what_it_carries() -> None:
    old = Paper(id="1", title="Old", abstract="A", upvotes=7, date="2023-11-05", sources=("hf",))
    new = Paper(
        id="1", title="New", authors=("Ann",), upvotes=0, date="2023-11", sources=("arxiv",)
    )
    assert merge(old, new) == Paper(
        id="1",
        title="New",
        abstract="A",
        authors=("Ann",),
        upvotes=0,
        date="2023-11-05",
        sources=("hf", "arxiv"),
    )


@given(PAPERS, PAPERS)
def test_merging_again_changes_nothing(old: Paper, new: Paper) -> None:
    once = merge(old, new)
    assert merge(once, new) == once
    assert merge(old, old) == old


def test_equal_texts_have_equal_hashes() -> None:
    assert text_hash("Té") == text_hash("T" + "é")
    assert text_hash("T") != text_hash("t")
    assert len(text_hash("T")) == 32
