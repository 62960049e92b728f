from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.pipeline import add
from search.engine import Engine

MakeIndex = Callable[[Iterable[Mapping[str, object]]], Path]

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ADDRESSES = [
    "/",
    "/?q=hostile+markup&limit=5",
    "/?similar=2402.00001",
    "/?q=speech&category=cs&category=math&sort=newest",
    "/?q=speech&limit=0",
    "/papers/2402.00001",
    "/papers/2501.00099",
    "/papers/hep-th/9901001",
    "/papers/2412.99999",
    "/daily",
    "/daily?date=2024-02-15",
    "/trending",
    "/saved",
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
    for text in (
        "On graph kernels, part 1",
        "Zoë Shared",
        "15 Feb 2024",
        'aria-label="1 upvote"',
        "We study",
    ):
        assert text in html
    assert "https://arxiv.org/pdf/2402.00001" in Page(html).links()
    assert "/authors?name=Zo%C3%AB+Shared" in Page(html).links()
    assert "https://example.org/1" in Page(get(client, "/papers/2402.00001")).links()
    assert "/?similar=2402.00001" in Page(html).links()
    assert "None" not in html


def test_similar_papers(client: TestClient) -> None:
    html = get(client, "/?similar=2402.00001&limit=40")
    assert "+</b> On graph kernels, part 1 " in html
    assert "On graph kernels, part 6" in html
    assert "On graph kernels, part 1<" not in html  # it isn't among the results


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
    assert all(script.get("src") for script in Page(html).all("script"))
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
def test_no_inline_script_or_style_no_other_host(client: TestClient, address: str) -> None:
    page = Page(client.get(address, headers=BROWSER).text)
    for tag, attributes in page.tags:
        assert tag not in {"style", "iframe", "object"}
        data = attributes.get("type") == "application/ld+json"  # which nobody runs
        assert tag != "script" or data or attributes["src"]
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


def test_the_api_page_says_what_a_body_holds(client: TestClient) -> None:
    _, *sections = get(client, "/docs").split("<section ")
    for path, fields in {
        "/api/v1/search/batch": ("questions", "ids"),
        "/graph/v1/paper/batch": ("ids",),
        "/recommendations/v1/papers": ("positivePaperIds", "negativePaperIds"),
    }.items():
        (section,) = [one for one in sections if f"POST {path}<" in one]
        body = section.split("The body, a JSON object")[1]
        for field in fields:
            assert f"<code>{field}</code>" in body
            assert f"&#34;{field}&#34;: [" in body  # in the example
        assert body.count("at most") >= len(fields)


def test_what_pages_link_to_is_there(client: TestClient) -> None:
    page = Page(get(client, "/"))
    for link in [*page.links(), *[found.get("href") or "" for found in page.all("link")]]:
        assert client.get(link).status_code == (202 if link == "/map" else 200)  # it is being made


def test_a_paper_whose_id_looks_like_a_file_of_markdown_has_a_page(tmp_path: Path) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text('{"id": "notes.md", "title": "On notes"}\n{"id": "a", "title": "One"}\n')
    add(tmp_path / "index", [str(source)], model="hashing")
    with (
        Engine.open(tmp_path / "index") as engine,
        TestClient(create_app(engine=engine)) as client,
    ):
        assert "<h1>On notes</h1>" in get(client, "/papers/notes.md")
        assert client.get("/papers/notes.md.md").text.startswith("# On notes")
        assert client.get("/papers/a.md").text.startswith("# One")
        assert client.get("/papers/b.md").status_code == 404


def test_a_paper_has_a_page_with_neighbours_and_a_picture(client: TestClient) -> None:
    html = get(client, "/papers/2402.00001")
    page = Page(html)
    assert "<h1>On graph kernels, part 1</h1>" in html
    neighbours = [link for link in page.all("a") if link.get("class") == "title"]
    assert len(neighbours) == 12
    assert html.partition('class="picture"')[2].count("<circle") == 13
    for link in neighbours:
        assert client.get(link["href"] or "").status_code == 200


def test_ids_with_slashes_and_versions_lead_to_their_page(client: TestClient) -> None:
    assert "Strings of old" in get(client, "/papers/hep-th/9901001")
    assert "On graph kernels, part 1" in get(client, "/papers/2402.00001v3")


def test_more_like_these_less_like_those(client: TestClient) -> None:
    html = get(client, "/?similar=2402.00001&not=2403.00002&limit=5")
    assert "+</b> On graph kernels, part 1 " in html
    assert "−</b> On protein folding, part 2 " in html
    assert {button.get("name") for button in Page(html).all("button")} >= {"similar", "not"}
    kept = [box for box in Page(html).all("input") if box.get("type") == "hidden"]
    assert ("not", "2403.00002") in {(box.get("name"), box.get("value")) for box in kept}


@pytest.mark.parametrize("address", ["/?q=speech&limit=4&category=math", "/?similar=2402.00001"])
def test_results_can_be_taken_along(client: TestClient, address: str) -> None:
    html = get(client, address + "&offset=4")
    path, form = html.partition('<form class="exports" action="')[2].split('"', 1)
    page = Page(form.partition("</form>")[0])
    held = [(box["name"] or "", box["value"] or "") for box in page.all("input")]
    formats = [button["value"] for button in page.all("button") if button["name"] == "format"]
    assert len(formats) == 6
    shown = [link["href"] for link in Page(html).all("a") if link.get("class") == "title"]
    for name in formats:
        answer = client.get(path, params=[*held, ("format", name)])
        assert answer.status_code == 200
        if name == "csl":
            assert [f"/papers/{one['id']}" for one in answer.json()] == shown


def test_other_orders_are_one_click_away(client: TestClient) -> None:
    page = Page(get(client, "/?q=speech&sort=newest&category=math"))
    orders = [link for link in page.all("a") if link.get("aria-current")]
    assert [link["href"] for link in orders] == ["/?q=speech&category=math&sort=newest"]
    assert "/?q=speech&category=math&sort=upvotes" in page.links()


def test_days_follow_each_other(client: TestClient) -> None:
    html = get(client, "/daily?date=2024-02-15")
    assert "On graph kernels, part 1<" in html
    assert html.index("part 25<") < html.index("part 13<") < html.index("part 1<")
    ways = {link.get("rel"): link["href"] for link in Page(html).all("a") if link.get("rel")}
    assert ways["prev"] == "/daily?date=2024-01-15"
    assert ways["next"] == "/daily?date=2024-03-15"


def test_the_newest_day_comes_first_and_an_empty_one_is_no_error(client: TestClient) -> None:
    assert 'Papers from <time datetime="2025-01-01">1 Jan 2025</time>' in get(client, "/daily")
    html = get(client, "/daily?date=2024-05-01")
    assert "0 papers published that day" in html
    assert "/daily?date=2024-04-15" in html
    assert "soon" in get(client, "/daily?date=soon", 422)


def test_days_are_those_of_submission_where_papers_have_one(make_index: MakeIndex) -> None:
    days = ["2024-05-02", "2024-05-02", "2024-05-06", "", ""]
    records = [
        {"id": f"p{n}", "title": f"Paper {n}", "date": "2024-05-01", "upvotes": n, "submitted": day}
        for n, day in enumerate(days)
    ]
    with (
        Engine.open(make_index(records)) as engine,
        TestClient(create_app(engine=engine)) as client,
    ):
        html = get(client, "/daily")
        assert ">6 May 2024</time></h1>" in html
        assert 'rel="prev" href="/daily?date=2024-05-02"' in html
        html = get(client, "/daily?date=2024-05-02")
        assert "2 papers submitted that day" in html
        assert html.index("Paper 1<") < html.index("Paper 0<")
        assert "Paper 3<" not in html
        trending = get(client, "/trending")
        assert 'Submitted from <time datetime="2024-04-06">6 Apr 2024</time> to' in trending
        assert "Paper 3<" not in trending


def test_the_start_page_shows_the_newest_day(client: TestClient) -> None:
    html = get(client, "/")
    assert 'New on <time datetime="2025-01-01">1 Jan 2025</time>' in html
    assert "Hostile &lt;script&gt;" in html


def test_a_paper_names_all_its_authors_and_a_list_the_first(make_index: MakeIndex) -> None:
    authors = [f"Author Number{n:02}" for n in range(40)]
    records = [{"id": "p", "title": "Much work", "date": "2024-01-01", "authors": authors}]
    with (
        Engine.open(make_index(records)) as engine,
        TestClient(create_app(engine=engine)) as client,
    ):
        paper = get(client, "/papers/p")
        assert all(author in paper for author in authors)
        assert "<summary>and 10 more</summary>" in paper
        listed = get(client, "/daily")
        assert "Number00</a> and 39 more" in listed
        assert "Number01" not in re.sub("<span class=.Z3988.*?</span>", "", listed)
        card = get(client, "/?q=much+work")
        assert 'Number02</a> <span class="count">36 more</span> <a' in card
        assert "Number03" not in re.sub("<span class=.Z3988.*?</span>", "", card)
        assert "Number39" in card


def test_where_one_is_stands_in_the_navigation(client: TestClient) -> None:
    for path in ("/daily", "/trending", "/saved", "/docs"):
        current = [one for one in Page(get(client, path)).all("a") if one.get("aria-current")]
        assert [one["href"] for one in current] == [path]


def test_trending_counts_from_the_newest_day(client: TestClient) -> None:
    html = get(client, "/trending")
    assert '>2 Dec 2024</time> to <time datetime="2025-01-01">1 Jan 2025<' in html
    assert html.index("part 23<") < html.index("part 11<")
    assert "part 10<" not in html


def test_results_have_a_picture_of_their_own(client: TestClient) -> None:
    results = Page(get(client, "/?q=speech&limit=5&offset=5"))
    assert "/picture?q=speech&limit=5&offset=5" in results.links()
    html = get(client, "/picture?q=speech&limit=5&offset=5")
    assert "<title>6: On " in html
    assert "<title>9: On " in html
    assert html.partition('class="picture"')[2].count("<circle") == 5
    assert html.count("<article") == 5
    assert 'class="picture"' not in get(client, "/picture?q=speech&limit=32")
    assert "no results" in get(client, "/picture?q=speech&author=nobody")
    assert "/papers/" in get(client, "/picture?similar=2402.00001").partition("<path")[2]
    assert client.get("/picture", follow_redirects=False).headers["location"] == "/"
