"""The client ``semanticscholar`` from PyPI, pointed at nearpaper, asks it as its own service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from semanticscholar import SemanticScholar
from semanticscholar.SemanticScholarException import (
    BadQueryParametersException,
    ObjectNotFoundException,
)
from starlette.testclient import TestClient

from api.http.app import create_app
from api.http.load.bodies import MAX_BODY


@pytest.fixture
def scholar(address: str) -> SemanticScholar:
    return SemanticScholar(api_url=address, retry=False)


def ids(papers: Any) -> list[str]:
    return [paper.paperId for paper in papers]


def test_words_become_no_filters_that_nobody_is_told_of(scholar: SemanticScholar) -> None:
    plain = scholar.search_paper("speech", limit=10).total
    assert scholar.search_paper("speech by Zoë Shared since December 2024", limit=10).total == plain


def test_papers_are_searched_page_after_page(scholar: SemanticScholar) -> None:
    found = scholar.search_paper("protein folding", limit=10)
    assert found.total == 29
    assert len(found) == 10
    first = found[0]
    assert "protein folding" in first.title
    assert [author.name for author in first.authors][1] == "Zoë Shared"
    assert first.publicationDate.year == first.year == 2024
    assert first.externalIds == {"ArXiv": first.paperId}
    assert first.citationCount is None
    everything = ids(found)
    assert len(everything) == len(set(everything)) == 29


def test_each_next_page_is_answered(daily_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("api.http.routes.semantic_scholar", "search.options"):
        monkeypatch.setattr(f"{part}.MAX_DEPTH", 25)
    following: int | None = 0
    with TestClient(create_app(daily_index)) as client:
        while following is not None:
            asked: dict[str, str | int] = {
                "query": "protein folding",
                "limit": 10,
                "offset": following,
            }
            page = client.get("/graph/v1/paper/search", params=asked)
            assert page.status_code == 200
            following = page.json().get("next")
    assert len(page.json()["data"]) == 10
    assert page.json()["total"] > 25


def test_filters_hold(scholar: SemanticScholar) -> None:
    by_venue = scholar.search_paper("speech", venue=["ICML"], limit=100)
    assert {paper.venue for paper in by_venue} == {"ICML"}
    studied = scholar.search_paper("speech", fields_of_study=["Computer Science"])
    assert {tuple(paper.fieldsOfStudy) for paper in studied} == {("Computer Science",)}
    dated = scholar.search_paper("speech", publication_date_or_year="2024-12-05:2024-12-09")
    assert sorted(paper.publicationDate.day for paper in dated) == [5, 6, 7, 8, 9]
    assert ids(scholar.search_paper("speech", year="-2000")) == ["10.1162/neco.1997.9.8.1735"]
    assert ids(scholar.search_paper("speech", year="1997")) == ["10.1162/neco.1997.9.8.1735"]
    assert scholar.search_paper("speech", year="2023-").total == 28


def test_a_title_is_matched_misspelt_or_not_at_all(scholar: SemanticScholar) -> None:
    paper = scholar.search_paper("On protien folding, part 6", match_title=True)
    assert paper.paperId == "2412.00006"
    with pytest.raises(ObjectNotFoundException, match="Title match not found"):
        scholar.search_paper("A history of the umbrella in Wales", match_title=True)


@pytest.mark.parametrize(
    "id", ["ARXIV:2412.00007", "2412.00007v3", "URL:https://arxiv.org/abs/2412.00007"]
)
def test_one_paper_by_any_id(scholar: SemanticScholar, id: str) -> None:
    assert scholar.get_paper(id).title == "On speech synthesis, part 7"


def test_a_paper_with_fields(scholar: SemanticScholar) -> None:
    doi = "10.1162/neco.1997.9.8.1735"
    for id in (f"DOI:{doi}", "CorpusId:1915014"):
        paper = scholar.get_paper(id, fields=["title", "externalIds", "authors.name"])
        assert paper.keys() == {"paperId", "title", "externalIds", "authors"}
        assert paper.externalIds == {"DOI": doi, "CorpusId": 1915014}
    with pytest.raises(ObjectNotFoundException, match="not in the index"):
        scholar.get_paper("ARXIV:2412.99999")
    with pytest.raises(BadQueryParametersException, match="no such field: nonsense"):
        scholar.get_paper(f"DOI:{doi}", fields=["nonsense"])


def test_many_papers_at_once(scholar: SemanticScholar) -> None:
    asked = ["ARXIV:2412.00009", "ARXIV:2412.99999", "\u200b", "DOI:10.1162/neco.1997.9.8.1735"]
    papers, missing = scholar.get_papers(asked, return_not_found=True)
    assert ids(papers) == ["2412.00009", "10.1162/neco.1997.9.8.1735"]
    assert missing == asked[1:3]


def test_papers_are_recommended(scholar: SemanticScholar) -> None:
    near = scholar.get_recommended_papers("ARXIV:2412.00006", limit=4)
    assert len(near) == 4
    assert "2412.00006" not in ids(near)
    assert all("protein folding" in paper.title for paper in near)
    lists = scholar.get_recommended_papers_from_lists(
        ["2412.00006", "2412.00007"], ["2412.00010"], limit=28
    )
    assert not {"2412.00006", "2412.00007", "2412.00010"} & set(ids(lists))
    alone = scholar.get_recommended_papers_from_lists(["ARXIV:2412.00006"], limit=4)
    assert ids(alone) == ids(near)
    with pytest.raises(ObjectNotFoundException, match=r"2412\.99999"):
        scholar.get_recommended_papers_from_lists(["2412.99999"])


@pytest.mark.parametrize(
    "filters",
    [
        {"min_citation_count": 3},
        {"open_access_pdf": True},
        {"publication_types": ["Review"]},
        {"year": "nineteen"},
        {"year": "20102015"},
        {"publication_date_or_year": "2024:2023"},
        {"fields_of_study": ["Alchemy"]},
    ],
)
def test_a_filter_that_cannot_be_followed_is_refused(
    scholar: SemanticScholar, filters: dict[str, Any]
) -> None:
    with pytest.raises(BadQueryParametersException):
        scholar.search_paper("speech", **filters)


def post(address: str, body: bytes) -> tuple[int, str]:
    request = Request(  # noqa: S310 - http on loopback
        f"{address}/graph/v1/paper/batch", body, {"Content-Type": "application/json"}
    )
    try:
        with urlopen(request) as answer:  # noqa: S310 - likewise
            return answer.status, answer.headers["content-type"]
    except HTTPError as error:
        with error:
            return error.code, error.headers["content-type"]


def test_bodies_are_bounded(address: str) -> None:
    def ids_of(count: int) -> bytes:
        return json.dumps({"ids": ["2412.00001"] * count}).encode()

    problem = "application/problem+json"
    assert post(address, ids_of(500)) == (200, "application/json")
    assert post(address, ids_of(501)) == (400, problem)
    assert post(address, json.dumps({"ids": ["x" * 501]}).encode()) == (400, problem)
    assert post(address, b'{"ids": [') == (400, problem)
    assert post(address, b" " * MAX_BODY + ids_of(1)) == (413, problem)
