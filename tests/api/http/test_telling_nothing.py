"""What clients aren't told: folders, addresses, and links that lead elsewhere than they say."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html
from starlette.testclient import TestClient

from api.http.app import create_app
from api.links import host_of, paper_path, web_address
from indexer.local.catalog.catalog import Catalog
from indexer.papers.paper import make_paper
from tests.conftest import MakeIndex

ASKED = ("/readyz", "/api/v1/search?q=x", "/feed.atom?q=x", "/api/papers/search?q=x", "/?q=x")


def told(client: TestClient, address: str) -> tuple[int, str]:
    answer = client.get(address, headers={"accept": "text/html"})
    return answer.status_code, answer.text


def test_errors_name_no_folder(
    tmp_path: Path, make_index: MakeIndex, caplog: pytest.LogCaptureFixture
) -> None:
    index = make_index([{"id": "a", "title": "About parsing"}])
    states = {"missing": tmp_path / "nothing", "damaged": index}
    (index / "manifest.json").write_text("{")
    for folder in states.values():
        with TestClient(create_app(folder)) as client:
            for address in ASKED:
                status, text = told(client, address)
                assert status == 503
                assert str(tmp_path) not in text
        assert str(folder) in caplog.text  # whoever runs the service is told


def test_a_warning_of_a_lost_model_names_no_folder(tmp_path: Path, make_index: MakeIndex) -> None:
    index = make_index([{"id": "a", "title": "About parsing"}])
    manifest = json.loads((index / "manifest.json").read_text())
    manifest["model"] |= {"name": str(tmp_path / "model"), "runtime": "openvino"}
    (index / "manifest.json").write_text(json.dumps(manifest))
    with TestClient(create_app(index)) as client:
        answer = client.get("/api/v1/search?q=parsing").json()
        batch = client.post("/api/v1/search/batch", json={"questions": ["parsing"]}).text
        _, page = told(client, "/?q=parsing")
    assert "searched by words alone" in answer["warnings"][0]
    for text in (json.dumps(answer), batch, page):
        assert str(tmp_path) not in text


@pytest.mark.slow
def test_a_map_that_cannot_be_made_names_no_folder(
    tmp_path: Path,
    make_index: MakeIndex,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index = make_index([{"id": "a", "title": "About parsing"}])
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / "cache"))
    with TestClient(create_app(index)) as client:
        until = time.monotonic() + 60
        while (answer := told(client, "/map"))[0] != 503 and time.monotonic() < until:
            time.sleep(0.2)
    assert answer[0] == 503
    assert "server's log says why" in html.fromstring(answer[1]).text_content().replace("’", "'")
    assert str(tmp_path) not in answer[1]
    assert str(tmp_path / "cache") in caplog.text


LEADING_ELSEWHERE = (
    "http://evil.example\\@arxiv.org/abs/1",
    "https://arxiv.org@evil.example/",
    "https://arxiv.org:80@evil.example/",
    "https://arxiv.org\\.evil.example/",
    "http:///evil.example",
    "http://[::1",
    "https://arxiv.org:port/",
    "javascript:alert(1)",
    "http:\\\\evil.example/",
)


@pytest.mark.parametrize("url", LEADING_ELSEWHERE)
def test_no_link_shows_another_host_than_it_leads_to(url: str) -> None:
    assert web_address(url) == ""
    assert make_paper({"id": "1", "title": "A title", "url": url}, source="x").url == ""


def test_links_to_plain_hosts_are_links() -> None:
    for url in ("https://arxiv.org/abs/1706.03762", "http://user.example:8080/a@b\\c?x=@"):
        assert web_address(url) == url
    assert host_of("https://www.arxiv.org:443/x") == "arxiv.org"


@pytest.mark.parametrize("id", ["../../admin", "a/../b", "./x", "..\\..\\x", "x/.."])
def test_ids_that_lead_elsewhere_are_rejected_and_never_linked(id: str) -> None:
    with pytest.raises(ValueError, match="lead elsewhere"):
        make_paper({"id": id, "title": "A title"}, source="x")
    assert urlsplit(paper_path(id)).path == "/"


def test_an_older_index_with_such_ids_has_feeds_and_pages_of_links_that_stay(
    make_index: MakeIndex,
) -> None:
    others = [{"id": f"p{n}", "title": f"Galaxies of kind {n}"} for n in range(20)]
    index = make_index([{"id": "older", "title": "About parsing trees"}, *others])
    catalog = Catalog(index, writable=True)
    with catalog.database.transaction() as connection:
        connection.execute("UPDATE papers SET id = '../../admin' WHERE id = 'older'")
        connection.execute("UPDATE names SET name = '../../admin' WHERE name = 'older'")
    catalog.close()
    with TestClient(create_app(index)) as client:
        feed = etree.fromstring(client.get("/feed.atom?q=parsing+trees").content)
        page = html.fromstring(client.get("/?q=parsing+trees&limit=1").text)
    links = [
        str(link) for link in feed.xpath("//*[local-name()='entry']/*[local-name()='link']/@href")
    ]
    links += [str(link) for link in page.xpath("//a[contains(@class, 'title')]/@href")]
    assert len(links) == 2
    assert all("admin" not in urlsplit(urljoin("http://testserver/", link)).path for link in links)
