"""Inputs that people reported of other tools, each the least form of its kind, read right."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from api.exports.author_names import name_parts
from api.exports.bibtex import bibtex, key_of
from indexer.papers.paper import Paper
from indexer.pipeline import add

ReadAll = Callable[..., tuple[list[Paper], list[str]]]

ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:arxiv="http://arxiv.org/schemas/atom"><entry><id>oai:arXiv.org:2301.00022v1</id>'
    "<title>T</title><summary>arXiv:2301.00022v1 Announce Type: new Abstract: Parrots sit."
    "</summary><dc:creator>A B, C D</dc:creator></entry></feed>"
)
CROSSREF = {
    "DOI": "10.5555/x",
    "title": ["T"],
    "issued": {"date-parts": [[2018]]},
    "container-title": ["J"],
}

CASES: dict[str, tuple[str, dict[str, object]]] = {
    r"\href in a note": (
        r"@misc{a, title={Toy}, note={\href{u}{t}}, annote={\verb}, keywords={\href}}",
        {"title": "Toy"},
    ),
    r"\texttt": (r"@misc{a, title={The \texttt{toybox} package}}", {"title": "The toybox package"}),
    r"\textless": (
        r"@misc{a, title={Growth of {\textless}i{\textgreater}E. coli{\textless}/i{\textgreater}}}",
        {"title": "Growth of E. coli"},
    ),
    "joined by #": ('@misc{a, title = "A " # {b}, year=2019}', {"title": "A b", "date": "2019"}),
    "month macro": (
        '@misc{a, title={T}, month = may # "~3", year=2019}',
        {"date": "2019-05-03"},
    ),
    "month span": ("@misc{a, title={T}, year=2008, month={jul-aug}}", {"date": "2008-07"}),
    "season": ("@misc{a, title={T}, year=2008, month={Spring}}", {"date": "2008"}),
    "year with a letter": ("@misc{a, title={T}, year={2020a}}", {"date": "2020"}),
    "year in brackets": ("@misc{a, title={T}, year={[2018]}}", {"date": "2018"}),
    "span of years": ("@misc{a, title={T}, year={2019--2020}}", {"date": "2019"}),
    "crossref": (
        "@inproceedings{c, title={T}, crossref={p}}\n@proceedings{p, title={P}, year=2013}",
        {"date": "2013", "venue": "P"},
    ),
    "numbered name": ("@misc{a, title={T}, author={Wei Wang 0001}}", {"authors": ("Wei Wang",)}),
    "cite key": ("@misc{doe2023, title={T}}", {"cite_keys": ("doe2023",)}),
    "day without year": (
        "TY  - JOUR\nTI  - T\nPY  - 2019\nDA  - DEC 15\nER  - \n",
        {"date": "2019-12-15"},
    ),
    "day of zeros": (
        "TY  - JOUR\nTI  - T\nPY  - 2005\nDA  - 0000/00/00\nER  - \n",
        {"date": "2005"},
    ),
    "tags above TY": (
        "TI  - T\nAU  - Tester, Ann\nTY  - JOUR\nER  - \n",
        {"title": "T", "authors": ("Ann Tester",)},
    ),
    "authors above TY": (
        "AU  - Tester, Ann\nTY  - JOUR\nTI  - T\nER  - \n",
        {"authors": ("Ann Tester",)},
    ),
    "two spaces": ("TY  -  JOUR\nTI  - T\nER  - \n", {"title": "T"}),
    "two authors on a line": (
        "TY  - JOUR\nTI  - T\nAU  - Prueba, Pedro J.; Muster, Linda K.\nER  - \n",
        {"authors": ("Pedro J. Prueba", "Linda K. Muster")},
    ),
    "no ER": ("TY  - JOUR\nTI  - T\n", {"title": "T"}),
    "Crossref, alone": (
        json.dumps({"status": "ok", "message": CROSSREF}),
        {"id": "10.5555/x", "title": "T", "date": "2018", "venue": "J"},
    ),
    "Crossref, listed": (
        json.dumps({"status": "ok", "message": {"items": [CROSSREF]}}),
        {"id": "10.5555/x"},
    ),
    "Zotero's API": (
        json.dumps([{"data": {"itemType": "book", "title": "T", "date": "2019"}}]),
        {"title": "T", "date": "2019"},
    ),
    "Europe PMC": (json.dumps({"resultList": {"result": [{"title": "T."}]}}), {"title": "T"}),
    "arXiv's feed": (
        ATOM,
        {"id": "2301.00022", "authors": ("A B", "C D"), "abstract": "Parrots sit."},
    ),
    "PubMed's NBIB": ("PMID- 1\nTI  - T.\n", {"id": "pmid:1", "title": "T"}),
    "PubMed's XML": (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>T."
        "</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
        {"id": "pmid:1", "title": "T"},
    ),
    "DOI with a dot": ('{"title": "T", "doi": "10.5555/dot.1."}', {"doi": "10.5555/dot.1"}),
    "DOI with a note": ('{"title": "T", "doi": "10.5555/dot.4 [doi]"}', {"doi": "10.5555/dot.4"}),
    "OpenAlex's flag": (
        '{"title": "T", "authorships": [], "is_retracted": true}',
        {"retracted": True},
    ),
    "ACL's flag": (
        '<collection id="P19"><volume id="1"><paper id="1"><title>T</title><retracted '
        'date="2020-01-01">why</retracted></paper></volume></collection>',
        {"retracted": True},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_people_reported_is_read_right(case: str, read_all: ReadAll) -> None:
    text, right = CASES[case]
    papers, rejects = read_all(text)
    assert rejects == []
    assert {name: getattr(papers[0], name) for name in right} == right


def test_a_comment_holds_no_paper(tmp_path: Path, read_all: ReadAll) -> None:
    assert read_all("@comment{\n@misc{x, title={T}}\n}\n", "bibtex") == ([], [])


def test_initials_behind_a_name(read_all: ReadAll) -> None:
    ((paper,), _) = read_all('{"title": "Leaf", "authors": ["Tester A.B."], "year": 2021}\n')
    assert name_parts(paper.authors[0]).inverted == "Tester, A. B."
    assert key_of(paper) == "tester2021leaf"


def test_a_numbered_name_and_a_cite_key_are_exported_as_they_should(read_all: ReadAll) -> None:
    ((paper,), _) = read_all("@misc{doe2023, title={T}, author={Wei Wang 0001}}")
    assert "@misc{doe2023," in bibtex([paper])
    assert "author = {Wang, Wei}" in bibtex([paper])


@pytest.mark.parametrize("keep_duplicates", [False, True])
def test_three_chapters_of_one_doi(keep_duplicates: bool, tmp_path: Path) -> None:
    chapters = "".join(
        f"@incollection{{k{n}, title={{{title}}}, author={{{author}}}, doi={{10.5555/978-1}}}}\n"
        for n, (title, author) in enumerate(
            [("Rails", "Ann Tester"), ("Boats", "Bo Sample"), ("Kites", "Carla Probe")]
        )
    )
    (tmp_path / "book.bib").write_text(chapters)
    files = [str(tmp_path / "book.bib")]
    tally = add(tmp_path / "i", files, model="hashing", keep_duplicates=keep_duplicates)
    assert tally.added == 3
