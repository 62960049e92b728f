"""Ids in all formats: those that are some, those that only fill a field, those that are stray."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from indexer.papers.paper import Paper

ReadAll = Callable[..., tuple[list[Paper], list[str]]]

FORMATS = {
    "bibtex": "@misc{{a, title={{{title}}}, doi={{{id}}}, pmid={{{id}}}, pmcid={{{id}}}}}\n",
    "csl-json": '{{"title": "{title}", "container-title": "J", "DOI": "{id}", "PMID": "{id}"}}\n',
    "zotero": '{{"itemType": "book", "title": "{title}", "creators": [], "DOI": "{id}", '
    '"extra": "PMID: {id}\\narXiv: {id}", "archiveID": "arXiv:{id}"}}\n',
    "web-of-science": "PT J\nTI {title}\nDI {id}\nPM {id}\nER\n\n",
    "datacite": '{{"titles": [{{"title": "{title}"}}], "publicationYear": 2019, "doi": "{id}"}}\n',
    "europe-pmc": '{{"authorString": "A B", "title": "{title}", "doi": "{id}", "pmid": "{id}", '
    '"pmcid": "{id}"}}\n',
    "nbib": "PMID- {number}\nTI  - {title}\nPMC - {id}\nLID - {id} [doi]\nDP  - 2019\n\n",
    "pubmed": "<PubmedArticle><MedlineCitation><PMID>{id}</PMID><Article><ArticleTitle>{title}"
    '</ArticleTitle><ELocationID EIdType="doi">{id}</ELocationID></Article></MedlineCitation>'
    "</PubmedArticle>\n",
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("filler", ["N/A", "n/a", "not available", "In press"])
def test_what_only_fills_a_field_makes_no_two_papers_one(
    format: str, filler: str, read_all: ReadAll
) -> None:
    record = FORMATS[format]
    text = "".join(
        record.format(title=title, id=filler, number=number)
        for number, title in enumerate(("Toys", "Boats"), 99000001)
    )
    marked = f"<PubmedArticleSet>{text}</PubmedArticleSet>" if format == "pubmed" else text
    (one, two), rejects = read_all(marked, format)
    assert rejects == []
    assert (one.title, two.title, one.doi) == ("Toys", "Boats", "")
    assert {one.id, *one.ids}.isdisjoint({two.id, *two.ids})


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ("pmid={PMID: 12345}, pmcid={7654321}", {"pmid:12345", "pmcid:PMC7654321"}),
        ("pmid={12345}, pmcid={PMCID: PMC7654321}", {"pmid:12345", "pmcid:PMC7654321"}),
        ("pmid={PMID: 12345;}, pmcid={PMC7654321.1}", {"pmid:12345", "pmcid:PMC7654321"}),
        ("doi={doi: https://doi.org/10.5555/A}", {"10.5555/a"}),
        ("doi={10.5555/a\u200b}", {"10.5555/a"}),
        ("doi={arXiv:2101.00001}", {"2101.00001"}),
        ("eprint={https://arxiv.org/abs/2101.00001}", {"2101.00001"}),
        ("eprint={arXiv:2101.00001v2}, archiveprefix={arXiv}", {"2101.00001"}),
        ("eprint={math.GT/0309136}", {"math/0309136"}),
        ("eprint={12345}, eprinttype={pubmed}", {"pmid:12345"}),
    ],
)
def test_ids_are_known_however_a_library_writes_them(
    fields: str, ids: set[str], read_all: ReadAll
) -> None:
    (paper,), rejects = read_all("@misc{a, title={Toy}, " + fields + "}", "bibtex")
    assert rejects == []
    assert {paper.id, *paper.ids} == ids


STRAY = "arXiv:1011.1669v3"


def test_ids_that_mendeley_put_on_any_record_are_passed_over(read_all: ReadAll) -> None:
    entry = "@misc{{a, title={{{}}}, eprint={{" + STRAY + "}}, pmid={{25246403}}}}\n"
    for text in (
        entry.format("Toys") + entry.format("Boats"),
        json.dumps(
            [
                {"itemType": "book", "creators": [], "title": title, "extra": extra}
                for title in ("Toys", "Boats")
                for extra in [f"arXiv: {STRAY}\nPMID: 25246403"]
            ]
        ),
        json.dumps(
            [
                {"container-title": "J", "title": title, "PMID": "25246403"}
                for title in ("Toys", "Boats")
            ]
        ),
    ):
        (one, two), _ = read_all(text)
        assert {one.id, *one.ids}.isdisjoint({two.id, *two.ids})
    (own,), _ = read_all("@misc{a, title={Of arXiv}, eprint={1011.1669}}")
    assert own.id == "1011.1669"
