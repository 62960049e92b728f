"""Addresses of a paper by its ids and from its abstract."""

from __future__ import annotations

import pytest

from api.pages.paper_links import card_links, paper_links
from indexer.papers.paper import Paper


def paper(abstract: str = "", id: str = "2407.16655", url: str = "", doi: str = "") -> Paper:
    return Paper(id=id, title="A title", abstract=abstract, url=url, doi=doi)


def links(of: Paper) -> dict[str, str]:
    return {link.text: link.address for link in paper_links(of)}


def test_arxiv_by_id() -> None:
    assert links(paper(url="http://arxiv.org/abs/2407.16655")) == {
        "PDF": "https://arxiv.org/pdf/2407.16655",
        "HTML": "https://arxiv.org/html/2407.16655",
        "arXiv": "https://arxiv.org/abs/2407.16655",
    }
    assert links(paper(id="hep-th/9901001"))["PDF"] == "https://arxiv.org/pdf/hep-th/9901001"


@pytest.mark.parametrize(
    ("abstract", "kind", "address"),
    [
        ("Code: https://github.com/a/b.", "Code", "https://github.com/a/b"),
        ("at (github.com/a/b), too", "Code", "https://github.com/a/b"),
        (r"\url{https://gitlab.com/a/b}", "Code", "https://gitlab.com/a/b"),
        ("Homepage: https://aim.github.io/Dreamer/.", "Project", "https://aim.github.io/Dreamer"),
        ("See https://huggingface.co/x/y, and so on", "Project", "https://huggingface.co/x/y"),
    ],
)
def test_code_and_projects_from_the_abstract(abstract: str, kind: str, address: str) -> None:
    assert links(paper(abstract))[kind] == address
    assert [link.text for link in card_links(paper(abstract))] == ["PDF", kind]


@pytest.mark.parametrize(
    "abstract",
    [
        "javascript://github.com/%0aalert(1)",
        "https://github.com",
        "see https://arxiv.org/abs/1706.03762",
        "mail a@github.com/x",
        "https://",
    ],
)
def test_what_is_no_address_of_a_work_is_none(abstract: str) -> None:
    assert not {"Code", "Project"} & links(paper(abstract)).keys()


def test_code_comes_before_a_project_in_a_list() -> None:
    both = paper("https://x.github.io and https://github.com/a/b", id="other", doi="10.1/x y")
    assert [link.text for link in card_links(both)] == ["DOI", "Code"]
    assert links(both)["DOI"] == "https://doi.org/10.1/x%20y"


def test_only_web_addresses_are_followed() -> None:
    assert links(paper(id="x", url="javascript:alert(1)")) == {}
    assert links(paper(id="x", url="https://www.example.org/1")) == {
        "example.org": "https://www.example.org/1"
    }
