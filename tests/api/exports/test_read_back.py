"""What is exported is read back: the table in docs/formats.md, cell by cell."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from api.exports.formats import FORMATS
from api.exports.names import ExportName
from indexer.papers.paper import Paper, make_paper
from indexer.sources import open_source

WHOLE = make_paper(
    {
        "id": "2301.00022",
        "title": "Wooden {rails} & 5% of $O(n^2)$ toys: \\LaTeX, C_60, x < y, “so” — é",
        "abstract": "Rails wobble; ~10% don't {at all}. Boats #1 float @ 5^2 \\o/ $x_1$.",
        "authors": ["Jan van den Berg", "Ann B. Tester", "The Toy Team", "Li Wei", "Max King Jr."],
        "date": "2019-05-03",
        "venue": "Journal of Toys & Trains",
        "doi": "10.5555/toys.1",
        "url": "https://arxiv.org/abs/2301.00022",
        "categories": ["cs.TO", "stat.ML"],
        "upvotes": 3,
        "comments": 0,
        "version": 2,
        "ids": ["W123", "pmid:99000001"],
        "cite_keys": ["berg2019wooden", "toys"],
        "retracted": True,
        "submitted": "2023-01-03",
        "licence": "CC0",
    },
    source="input",
)
ALWAYS = ("title", "abstract", "authors", "venue", "doi", "url", "retracted")
KEPT: dict[ExportName, dict[str, object]] = {
    "bibtex": {
        **{"date": "2019-05", "cite_keys": ("berg2019wooden",), "categories": ("cs.TO",)},
        "ids": ("10.5555/toys.1",),
    },
    "ris": {
        **{"date": "2019-05-03", "cite_keys": ("berg2019wooden",), "categories": ()},
        "ids": ("10.5555/toys.1",),
    },
    "csl": {
        **{"date": "2019-05-03", "cite_keys": ("berg2019wooden",), "categories": ()},
        "ids": ("10.5555/toys.1",),
    },
    "csv": {
        **{"date": "2019-05-03", "cite_keys": WHOLE.cite_keys, "categories": WHOLE.categories},
        **{"ids": ("10.5555/toys.1",), "upvotes": 3, "comments": 0},
    },
    "jsonl": {
        field.name: getattr(WHOLE, field.name) for field in fields(Paper) if field.name != "sources"
    },
}


def read_back(paper: Paper, name: ExportName, tmp_path: Path) -> Paper:
    path = tmp_path / "input"
    path.write_text(FORMATS[name].write([paper]), encoding="utf-8")
    (found,) = open_source(str(path))
    assert isinstance(found, Paper)
    return found


@pytest.mark.parametrize("name", KEPT)
def test_each_format_keeps_what_the_table_says(name: ExportName, tmp_path: Path) -> None:
    found = read_back(WHOLE, name, tmp_path)
    assert found.id == WHOLE.id
    for field in ALWAYS:
        assert getattr(found, field) == getattr(WHOLE, field), field
    for field, value in KEPT[name].items():
        assert getattr(found, field) == value, field


@pytest.mark.parametrize("name", KEPT)
def test_what_isnt_known_stays_unknown(name: ExportName, tmp_path: Path) -> None:
    bare = make_paper({"title": "Wooden rails", "authors": ["Ann Tester"]}, source="input")
    found = read_back(bare, name, tmp_path)
    assert replace(found, cite_keys=()) == bare
