from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ADDRESSES = [
    "/",
    "/?q=hostile+markup&limit=5",
    "/?similar=2402.00001",
    "/?q=speech&category=cs&category=math&sort=newest",
    "/?q=speech&limit=0",
    "/docs",
    "/nothing",
]


class Page(HTMLParser):
    """Tags with their attributes, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, wanted: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.tags if tag == wanted)

    def links(self) -> list[str]:
        return [attributes.get("href") or "" for attributes in self.all("a")]


def get(client: TestClient, address: str, status: int = 200) -> str:
    response = client.get(address, headers=BROWSER)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return str(response.text)


def test_the_start_page_asks(client: TestClient) -> None:
    html = get(client, "/")
    assert "32 papers" in html
    boxes = [box for box in Page(html).all("input") if box.get("name") == "q"]
    assert len(boxes) == 1
    assert "autofocus" in boxes[0]


def test_results_show_what_is_known(client: TestClient) -> None:
    html = get(client, "/?q=graph+kernels,+part+1&limit=32")
    for text in ("On graph kernels, part 1", "Zoë Shared", "2024-02-15", "1 upvote<", "We study"):
        assert text in html
    assert "https://example.org/1" in Page(html).links()
    assert "/?similar=2402.00001" in Page(html).links()
    assert "None" not in html


def test_similar_papers(client: TestClient) -> None:
    html = get(client, "/?similar=2402.00001&limit=40")
    assert "similar to 2402.00001" in html
    assert "On graph kernels, part 6" in html
    assert "On graph kernels, part 1<" not in html


def test_pages_follow_each_other_and_keep_the_filters(client: TestClient) -> None:
    address, seen = "/?q=speech&category=math&limit=4", 0
    while address:
        page = Page(get(client, address))
        seen += sum(1 for _ in page.all("article"))
        following = [link["href"] for link in page.all("a") if link.get("rel") == "next"]
        address = following[0] or "" if following else ""
        assert not address or "category=math" in address
    assert seen == 15


def test_the_form_keeps_what_was_typed(client: TestClient) -> None:
    page = Page(get(client, '/?q="a"+<b>&after=2024&category=cs.CL&category=math&sort=upvotes'))
    values = [(box.get("name"), box.get("value")) for box in page.all("input")]
    assert ("q", '"a" <b>') in values
    assert ("after", "2024") in values
    assert ("category", "cs.CL") in values
    assert ("category", "math") in values
    assert any("selected" in option for option in page.all("option"))


def test_text_of_papers_is_text(client: TestClient) -> None:
    html = get(client, "/?q=hostile+markup+in+titles&category=cs.CR")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "javascript:" not in html
    assert not list(Page(html).all("script"))
    assert not list(Page(html).all("img"))


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/?q=speech&limit=0", 422, "limit"),
        ("/?q=speech&after=soon", 422, "soon"),
        ("/?q=" + "x" * 50_000, 422, "50000"),
        ("/?similar=2499.99999", 404, "2499.99999"),
        ("/?q=speech&sort=colour", 422, "sort"),
        ("/nothing", 404, "/nothing"),
    ],
)
def test_errors_are_said_on_the_page(
    client: TestClient, address: str, status: int, words: str
) -> None:
    html = get(client, address, status)
    alert = html.partition('role="alert"')[2]
    assert words in alert
    assert '<input id="q"' in html


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_script_no_inline_style_no_other_host(client: TestClient, address: str) -> None:
    page = Page(client.get(address, headers=BROWSER).text)
    for tag, attributes in page.tags:
        assert tag not in {"script", "style", "iframe", "object"}
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        if tag != "a":
            for name in ("src", "href", "action"):
                assert (attributes.get(name) or "/").startswith(("/", "#"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_accessible(client: TestClient, address: str) -> None:
    page = Page(client.get(address, headers=BROWSER).text)
    labelled = {label.get("for") for label in page.all("label")}
    for kind in ("input", "select"):
        for field in page.all(kind):
            if field.get("type") != "hidden":
                assert field.get("id") in labelled or field.get("aria-label")
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert [html.get("lang") for html in page.all("html")] == ["en"]
    assert {"header", "main", "nav"} <= {tag for tag, _ in page.tags}


def test_the_api_page_lists_every_address(client: TestClient) -> None:
    html = get(client, "/docs")
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in html


def test_what_pages_link_to_is_there(client: TestClient) -> None:
    page = Page(get(client, "/"))
    for link in [*page.links(), *[found.get("href") or "" for found in page.all("link")]]:
        assert client.get(link).status_code == 200
