"""What other programs read from the pages: reference managers, browsers, robots, feed readers."""

from __future__ import annotations

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree
from starlette.testclient import TestClient

from api.digest.saved_searches import read_searches
from api.exports.embedded import citation_tags, coins, scholarly_article, summary
from indexer.papers.paper import Paper

BROWSER = {"accept": "text/html"}
PAPER = Paper(
    id="1706.03762",
    title="Attention & all",
    abstract="word " * 100,
    authors=("Ada A", "Bo B"),
    date="2017-06",
    venue="NeurIPS 2017",
    doi="10.5555/1",
)


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.found if t == tag and wanted.items() <= a.items()]


def elements(client: TestClient, address: str) -> Elements:
    return Elements(client.get(address, headers=BROWSER).text)


def test_a_shared_paper_has_a_picture_and_its_own_address(client: TestClient) -> None:
    page = elements(client, "/papers/2402.00001")
    held = {a["property"]: a["content"] or "" for a in page.all("meta") if a.get("property")}
    assert held["og:url"] == f"{client.base_url}/papers/2402.00001"
    assert client.get(held["og:image"]).headers["content-type"] == "image/png"


def test_the_icons_of_an_installed_page_are_there(client: TestClient) -> None:
    icons = client.get("/static/nearpaper.webmanifest").json()["icons"]
    for icon in icons:
        assert client.get(icon["src"]).headers["content-type"].startswith(icon["type"])


def test_a_papers_page_tells_who_wrote_it_when(client: TestClient) -> None:
    page = elements(client, "/papers/2402.00001")
    held = {a["name"]: a["content"] for a in page.all("meta") if a.get("name")}
    assert held["citation_title"] == "On graph kernels, part 1"
    assert held["citation_publication_date"] == "2024/02/15"
    assert held["citation_arxiv_id"] == "2402.00001"
    assert held["citation_pdf_url"] == "https://arxiv.org/pdf/2402.00001"
    authors = [a["content"] for a in page.all("meta", name="citation_author")]
    assert authors == ["Author Number1", "Zoë Shared"]
    assert page.all("meta", property="og:title")[0]["content"] == "On graph kernels, part 1"
    block = next(text for text in page.texts if "ScholarlyArticle" in text)
    assert json.loads(block)["author"][1] == {"@type": "Person", "name": "Zoë Shared"}
    # A reference manager takes spans before the head, and would offer the neighbours alone.
    assert not page.all("span", **{"class": "Z3988"})


def test_hostile_text_stays_within_its_attribute_and_block(client: TestClient) -> None:
    page = elements(client, "/papers/2501.00099")
    kinds = {a.get("type") for a in page.all("script")}
    assert kinds == {"application/ld+json", "module"}
    title = page.all("meta", name="citation_title")[0]["content"] or ""
    assert "<script>alert(1)</script>" in title


@pytest.mark.parametrize("address", ["/categories/cs.CL", "/daily?date=2024-02-15", "/trending"])
def test_each_paper_of_a_list_has_coins(client: TestClient, address: str) -> None:
    page = elements(client, address)
    spans = page.all("span", **{"class": "Z3988"})
    assert len(spans) == len(page.all("article")) > 0
    held = parse_qs(spans[0]["title"] or "")
    assert held["ctx_ver"] == ["Z39.88-2004"]
    assert held["rft.atitle"][0] in "".join(page.texts)
    assert held["rft_id"][0].startswith("https://")


def test_what_is_known_is_named_and_nothing_else() -> None:
    assert dict(citation_tags(PAPER))["citation_conference_title"] == "NeurIPS 2017"
    assert parse_qs(coins(PAPER))["rft_id"][0] == "info:doi/10.5555/1"
    assert scholarly_article(PAPER)["isPartOf"]["name"] == "NeurIPS 2017"
    assert len(summary(PAPER)) < 210
    bare = Paper(id="x", title="X")
    assert dict(citation_tags(bare)) == {"citation_title": "X"}
    assert scholarly_article(bare).keys() == {"@context", "@type", "headline", "identifier"}


def test_browsers_are_told_how_to_search(client: TestClient) -> None:
    head = elements(client, "/").all("link", rel="search")[0]
    answer = client.get(str(head["href"]), headers={"host": "papers.example.org"})
    assert answer.headers["content-type"].startswith(str(head["type"]))
    urls = etree.fromstring(answer.content).findall("{*}Url")
    assert urls[0].get("template") == "http://papers.example.org/?q={searchTerms}"
    asked = client.get("/opensearch.xml", headers={"host": 'a"><b'})
    assert asked.status_code == 400 or etree.fromstring(asked.content) is not None


def test_it_can_be_installed(client: TestClient) -> None:
    link = elements(client, "/").all("link", rel="manifest")[0]
    answer = client.get(str(link["href"]))
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["start_url"] == "/"
    for icon in told["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"]


def test_robots_read_papers_and_ask_nothing(client: TestClient) -> None:
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())
    assert rules.can_fetch("any", "http://x/papers/2402.00001")
    assert not rules.can_fetch("any", "http://x/?q=speech")
    assert not rules.can_fetch("any", "http://x/api/v1/search?q=speech")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=speech&category=cs.CL&sort=newest&literal=false", ""),
        ("q=speech&mode=lexical", "These lines leave out “Search by”, which a digest can't hold."),
        (
            "similar=2402.00001&text=graphs&min_score=0.5&literal=true",
            "These lines leave out the text, “Minimum score” and “Take the words as they are”, "
            "which a digest can't hold.",
        ),
        ("text=graphs", "A text alone can't be followed; "),
    ],
)
def test_what_a_digest_leaves_out_is_said(client: TestClient, query: str, says: str) -> None:
    page = elements(client, f"/follow?{query}")
    said = "".join(page.texts)
    assert ("can't" in said) == bool(says)
    assert says in said
    assert "Ask something first" not in said


@pytest.mark.parametrize(
    "address",
    [
        "/?q=speech+%22quoted+%5C+%7F%22&category=cs.CL&author=zo%C3%AB&limit=7&sort=upvotes",
        "/?similar=2402.00001&not=2403.00002&retracted=none",
    ],
)
def test_a_search_is_followed_by_feed_and_digest(
    client: TestClient, tmp_path: Path, address: str
) -> None:
    results = elements(client, address)
    (link,) = [a["href"] for a in results.all("a") if str(a.get("href")).startswith("/follow?")]
    page = elements(client, str(link))
    lines = next(text for text in page.texts if text.startswith("[[search]]"))
    file = tmp_path / "searches.toml"
    file.write_text(lines, "utf-8")
    (saved,) = read_searches(file).searches
    table = tomllib.loads(lines)["search"][0]
    if "similar" in address:
        assert table["like"] == ["2402.00001"]
        assert table["unlike"] == ["2403.00002"]
        assert not results.all("link", rel="alternate")
        return
    assert table["question"] == 'speech "quoted \\ \x7f"'
    assert saved.limit == 7
    feed = str(results.all("link", rel="alternate")[0]["href"])
    assert page.all("a", href=feed)
    assert "sort" not in feed
    assert re.search(r"category=cs.CL&author=zo%C3%AB", feed)
    assert client.get(feed).headers["content-type"].startswith("application/atom+xml")
