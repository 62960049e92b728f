from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.local.catalog.rows import Block
from indexer.local.segments.column_writer import ColumnWriter, write_columns
from indexer.local.segments.columns import Columns
from indexer.papers.folding import words
from indexer.papers.paper import Paper, date_key

NAMES = st.sampled_from(
    ["Yoshua Bengio", "Samy Bengio", "Y. Bengio", "Paul Erdős", "Wei Zhang", "Ł. Kaiser"]
)
DATES = st.sampled_from(["", "2023", "2023-11", "2023-11-30", "2024", "2022-01-01", "2023-12-31"])
PAPERS = st.lists(
    st.builds(
        Paper,
        id=st.just("x"),
        title=st.sampled_from(["one", "two words", "some long form (SLF)"]),
        authors=st.lists(NAMES, max_size=3).map(tuple),
        date=DATES,
        categories=st.lists(st.sampled_from(["cs.CL", "cs.LG", "math.PR"]), max_size=2).map(tuple),
        venue=st.sampled_from(["", "Findings of EMNLP 2021", "ACL"]),
        upvotes=st.none() | st.integers(0, 99),
    ),
    max_size=12,
)


def block_of(papers: Sequence[Paper], first_row: int = 1) -> Block:
    n = len(papers)
    return Block(
        rows=np.arange(first_row, first_row + n),
        papers=list(papers),
        text_hashes=[""] * n,
        truncated=np.arange(first_row, first_row + n) % 2 == 0,
        vectors=np.zeros((n, 4), np.float16),
    )


def written(writer: ColumnWriter) -> Columns:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "columns.safetensors"
        write_columns(path, writer.arrays(np.empty(0, np.int64)), 0.5)
        return Columns(path)


def columns_of(papers: Sequence[Paper]) -> Columns:
    writer = ColumnWriter()
    writer.add(block_of(papers))
    return written(writer)


def names_match(asked: str, name: str) -> bool:
    """The slow, obvious way: every word asked is a word of the name or its first letter."""
    have = words(name)
    return all(any(word in (part, part[0]) for part in have) for word in words(asked))


@given(PAPERS, PAPERS, st.data())
def test_columns_that_were_taken_over_are_as_if_written_anew(
    old: list[Paper], new: list[Paper], data: st.DataObject
) -> None:
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(old), max_size=len(old))), bool)
    writer, anew = ColumnWriter(), ColumnWriter()
    gone = [paper for paper, stays in zip(old, kept, strict=True) if not stays]
    writer.take_over(columns_of(old), kept, gone)
    writer.add(block_of(new, first_row=100))
    for place in np.flatnonzero(kept):
        anew.add(block_of(old[place : place + 1], first_row=int(place) + 1))
    anew.add(block_of(new, first_row=100))
    taken, expected = written(writer), written(anew)
    for name in ("rows", "truncated", "dates", "upvotes", "titles"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(expected, name))
    for field in ("author", "category", "venue"):
        for part, array in expected.field(field).items():
            np.testing.assert_array_equal(taken.field(field)[part], array, part)
    assert taken.glossary is not None
    assert expected.glossary is not None
    assert taken.glossary.counts() == expected.glossary.counts()


@given(
    PAPERS, st.sampled_from(["bengio", "Y Bengio", "Bengio, Yoshua", "erdos", "ZHANG", "kaiser"])
)
def test_author_filter_finds_just_the_papers_with_such_a_name(
    papers: list[Paper], asked: str
) -> None:
    expected = [any(names_match(asked, name) for name in paper.authors) for paper in papers]
    assert columns_of(papers).having("author", asked).tolist() == expected


@given(PAPERS)
def test_category_filter_takes_a_category_or_an_archive(papers: list[Paper]) -> None:
    columns = columns_of(papers)
    exact = ["cs.CL" in paper.categories for paper in papers]
    archive = [any(c.startswith("cs.") for c in paper.categories) for paper in papers]
    assert columns.having("category", "CS.cl").tolist() == exact
    assert columns.having("category", "cs").tolist() == archive
    assert not columns.having("category", "cl").any()


@given(PAPERS, DATES.filter(bool), DATES.filter(bool))
def test_date_filter_keeps_periods_that_overlap(papers: list[Paper], a: str, b: str) -> None:
    first, last = sorted((a, b))

    def span(date: str) -> tuple[str, str]:
        return (date + "-00-00")[:10], (date + "-99-99")[:10]

    expected = [
        bool(p.date) and span(p.date)[0] <= span(last)[1] and span(p.date)[1] >= span(first)[0]
        for p in papers
    ]
    found = columns_of(papers).dated(date_key(first), date_key(last))
    assert found.tolist() == expected


def test_venue_filter_needs_all_its_words() -> None:
    papers = [Paper(id="a", title="t", venue="Findings of EMNLP 2021"), Paper(id="b", title="t")]
    columns = columns_of(papers)
    assert columns.having("venue", "emnlp 2021").tolist() == [True, False]
    assert columns.having("venue", "emnlp 2022").tolist() == [False, False]
    assert columns.having("venue", "...").tolist() == [False, False]


@pytest.mark.parametrize("date", ["2023", "2023-11", "2023-11-30"])
def test_unknown_upvotes_sort_last(date: str) -> None:
    columns = columns_of([Paper(id="a", title="t", date=date), Paper(id="b", title="t", upvotes=0)])
    assert columns.upvotes.tolist() == [-1, 0]
    assert columns.dates.tolist() == [date_key(date), 0]
