"""The pages of authors, venues, categories and years, as pages, feeds and files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import feedparser
import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.local.catalog.catalog import Catalog
from indexer.memory.store import MemoryStore
from indexer.pipeline import add
from search.engine import Engine

BROWSER = {"accept": "text/html"}
ROWS = """id,title,authors,date,venue,categories,upvotes
p1,One,Ada Lovelace; Bob B. Builder,2021-03-01,Journal of Tests,cs.CL,1
p2,Two,Ada Lovelace,2023-04-02,Journal of Tests,cs.CL,9
p3,Three,Ada Lovelace,2023-05-03,Other Venue,math.OC,3
p4,Four,Carol "C" & Co,2022-06-04,Other Venue,cs.IR,2
p5,Five,Dora E,2020-07-05,Third Venue,HIV/AIDS Research,4
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("things") / "papers.csv"
    path.write_text(ROWS)
    store = MemoryStore()
    add(store, [str(path)], model="hashing")
    with Engine.open(store) as engine, TestClient(create_app(engine=engine)) as opened:
        yield opened


def get(client: TestClient, address: str, status: int = 200) -> str:
    response = client.get(address, headers=BROWSER)
    assert response.status_code == status
    return str(response.text)


def titles(html: str) -> list[str]:
    return re.findall(r'class="title"[^>]*>([^<]+)<', html)


def years(html: str) -> dict[str, str]:
    return {
        year: unescape(address)
        for address, year in re.findall(r'<a href="([^"]+)" data-year="(\d+)">', html)
    }


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/authors?name=Ada+Lovelace", ["Three", "Two", "One"]),
        ("/authors?name=Ada+Lovelace&sort=upvotes", ["Two", "Three", "One"]),
        ("/authors?name=Ada+Lovelace&year=2023", ["Three", "Two"]),
        ("/venues?name=Journal+of+Tests", ["Two", "One"]),
        ("/categories/cs.CL", ["Two", "One"]),
        ("/categories/cs", ["Two", "Four", "One"]),
        ("/years/2023", ["Three", "Two"]),
        ("/categories/HIV/AIDS%20Research", ["Five"]),
        ("/categories/HIV%2FAIDS%20Research?year=2020", ["Five"]),
        ("/categories/a/b", []),
        ("/years/1999", []),
        ("/authors?name=Nobody", []),
        ("/authors?name=Ada&offset=9975", []),  # the last page that is linked
    ],
)
def test_each_thing_has_its_papers(client: TestClient, address: str, found: list[str]) -> None:
    assert titles(get(client, address)) == found


def test_bars_lead_to_the_papers_of_a_year(client: TestClient) -> None:
    found = years(get(client, "/authors?name=Ada+Lovelace"))
    assert set(found) == {"2021", "2023"}
    html = get(client, found["2023"])
    assert titles(html) == ["Three", "Two"]
    assert years(html) == found  # the way to the other years stays
    assert years(get(client, "/years/2023"))["2022"] == "/years/2022"


@pytest.mark.parametrize(
    "address",
    [
        "/authors?name=Ada+Lovelace",
        "/venues?name=Other+Venue",
        "/categories/cs",
        "/categories/HIV/AIDS%20Research",
        "/years/2023",
    ],
)
def test_each_can_be_followed_and_taken_along(client: TestClient, address: str) -> None:
    html = get(client, address)
    links = [unescape(link) for link in re.findall(r'href="([^"]+format=[^"]+)"', html)]
    (feed,) = {link for link in links if "format=atom" in link}
    parsed = feedparser.parse(client.get(feed).content)
    assert [entry.title for entry in parsed.entries] == titles(html)
    (heading,) = re.findall("<h1[^>]*>([^<]+)<", html)
    assert parsed.feed.title == f"nearpaper: {unescape(heading)}"
    assert not parsed.bozo
    (bibtex,) = {link for link in links if "format=bibtex" in link}
    answer = client.get(bibtex)
    assert answer.headers["content-disposition"] == 'attachment; filename="papers.bib"'
    assert answer.text.count("title = ") == len(titles(html))


@pytest.mark.parametrize(("id", "title"), [("p4", "Four"), ("p5", "Five")])
def test_names_are_links_that_lead_back(client: TestClient, id: str, title: str) -> None:
    own = get(client, f"/papers/{id}").partition("Nearest papers")[0]
    links = re.findall(r'href="(/(?:authors|venues|categories)[^"]+)"', own)
    assert len(links) == 3
    for link in links:
        assert title in titles(get(client, unescape(link)))


@pytest.mark.parametrize(
    "address", ["/authors?name=Ada", "/venues?name=V", "/categories/cs.CL", "/years/2023"]
)
def test_before_any_paper_is_published_they_say_so(tmp_path: Path, address: str) -> None:
    Catalog(tmp_path, writable=True).close()
    with TestClient(create_app(tmp_path)) as client:
        assert "index is still empty" in get(client, address)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/authors", 422),
        ("/authors?name=", 422),
        ("/authors?name=" + "x" * 600, 422),
        ("/authors?name=Ada&format=exe", 422),
        ("/authors?name=Ada&year=20", 422),
        ("/authors?name=Ada&offset=9976", 422),
        ("/authors?name=Ada&offset=9950&format=atom", 422),
        ("/years/soon", 422),
        ("/years/2023/1", 404),
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, address: str, status: int) -> None:
    assert 'role="alert"' in get(client, address, status)


def test_a_name_is_text(client: TestClient) -> None:
    html = get(client, "/authors?name=%3Cscript%3Ealert(1)%3C/script%3E%22")
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html
