"""Searches as Atom feeds, read by a feed library."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import feedparser
import pytest
import rnc2rng
from lxml import etree
from starlette.testclient import TestClient

from api.http.app import create_app
from indexer.pipeline import add
from tests.conftest import MakeIndex

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = Path(__file__).with_name("atom.rnc")
# The rules beside the grammar in RFC 4287, Appendix B: what must hold of each, and for which.
RULES = (
    ("/a:feed", "a:author or not(a:entry[not(a:author)])"),
    ("//a:entry", "a:link[@rel='alternate'] or a:link[not(@rel)] or a:content"),
    ("//a:entry", "a:author or ../a:author or a:source/a:author"),
)


@pytest.fixture(scope="module")
def schema() -> etree.RelaxNG:
    """The grammar of RFC 4287."""
    text = rnc2rng.dumps(rnc2rng.load(str(GRAMMAR)))
    # "No namespace" needs no prefix, and XML allows none for it.
    return etree.RelaxNG(etree.fromstring(text.replace('xmlns:local=""', "").encode()))


def faults(schema: etree.RelaxNG, content: bytes) -> list[str]:
    """What RFC 4287 forbids in a document."""
    root = etree.fromstring(content)
    schema.validate(root)
    names = {"a": "http://www.w3.org/2005/Atom"}
    broken = [
        rule for where, rule in RULES if root.xpath(f"{where}[not({rule})]", namespaces=names)
    ]
    return [*(str(entry) for entry in schema.error_log), *broken]


@pytest.mark.parametrize(
    "query",
    [
        "q=speech",
        "q=hostile+strings",  # markup, controls, a paper without a web address, one of a year
        "q=%22no+such+phrase%22&limit=1",
        "q=speech&after=2030",  # no entries
        "q=%3Cb%3E%26%00%1b%ed%a0%80&category=%3C",
        "q=speech&sort=upvotes&limit=1000&mode=lexical",
    ],
)
def test_feeds_are_valid_by_the_grammar_of_atom(
    client: TestClient, schema: etree.RelaxNG, query: str
) -> None:
    response = client.get(f"/feed.atom?{query}")
    assert response.status_code == 200
    assert faults(schema, response.content) == []
    assert not feedparser.parse(response.content).bozo


@pytest.mark.parametrize(
    ("wanted", "instead"),
    [
        (b"<id>", b"<Id>"),
        (b"<updated>2", b"<updated>yesterday 2"),
        (b"<name>", b"<nick>"),
        (b'href="', b'src="'),
        (b'rel="alternate"', b'rel="related"'),
        (b"author>", b"contributor>"),
    ],
)
def test_the_grammar_tells_what_is_wrong(
    client: TestClient, schema: etree.RelaxNG, wanted: bytes, instead: bytes
) -> None:
    content = client.get("/feed.atom?q=speech").content
    assert wanted in content
    spoilt = content.replace(wanted, instead)
    if wanted.endswith((b"d>", b"e>")):
        spoilt = spoilt.replace(wanted.replace(b"<", b"</"), instead.replace(b"<", b"</"))
    assert faults(schema, spoilt)


def test_a_feed_library_reads_a_search_newest_first(client: TestClient) -> None:
    response = client.get("/feed.atom?q=speech&category=math&limit=7")
    assert response.headers["content-type"] == "application/atom+xml"
    found = feedparser.parse(response.content)
    assert not found.bozo
    assert found.version == "atom10"
    assert found.feed.title == "nearpaper: speech"
    assert 1 <= len(found.entries) <= 7
    dates = [entry.published for entry in found.entries]
    assert dates == sorted(dates, reverse=True)
    first = found.entries[0]
    assert first.id.startswith("urn:nearpaper:paper:24")
    assert first.tags[0].term == "math.OC"
    assert [author.name for author in first.authors][1] == "Zoë Shared"
    assert first.summary
    assert first.link.startswith("https://example.org/")


def test_what_rfc_4287_demands_is_there(client: TestClient) -> None:
    root = etree.fromstring(client.get("/feed.atom?q=-zebra").content)
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == 32
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
    assert all(entry.findtext(f"{ATOM}author/{ATOM}name") for entry in entries)
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 32
    links = [link.get("href") or "" for link in root.iter(f"{ATOM}link")]
    assert all(link.startswith(("http://", "https://")) for link in links)


def test_nothing_is_sent_again_until_the_index_changes(source: Path, tmp_path: Path) -> None:
    add(tmp_path / "index", [str(source)], model="hashing")
    with TestClient(create_app(tmp_path / "index")) as client:
        tag = client.get("/feed.atom?q=speech").headers["etag"]
        again = client.get("/feed.atom?q=speech", headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        for known in (tag.removeprefix("W/"), "*"):
            again = client.get("/feed.atom?q=speech", headers={"If-None-Match": known})
            assert again.status_code == 304
        assert client.get("/feed.atom?q=other", headers={"If-None-Match": tag}).status_code == 200
        (tmp_path / "more.jsonl").write_text('{"id": "2601.00001", "title": "Speech, anew"}\n')
        add(tmp_path / "index", [str(tmp_path / "more.jsonl")])
        assert client.get("/feed.atom?q=speech", headers={"If-None-Match": tag}).status_code == 200


def test_another_index_in_the_same_place_is_a_change(source: Path, tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"id": "2601.00001", "title": "Speech, anew"}\n')
    tags = []
    for number, papers in enumerate((source, tmp_path / "other.jsonl")):
        add(tmp_path / f"index-{number}", [str(papers)], model="hashing")
        with TestClient(create_app(tmp_path / f"index-{number}")) as client:
            tags.append(client.get("/feed.atom?q=speech").headers["etag"])
    assert tags[0].partition("-")[0] == tags[1].partition("-")[0]  # of equal generations
    assert tags[0] != tags[1]


def test_a_question_that_counts_from_today_is_answered_anew_each_day(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags, found = list[str](), []
    for day in (date(2024, 4, 30), date(2024, 5, 1)):
        clock = type("Clock", (date,), {"today": lambda day=day: day})
        for part in ("api.http.routes.feeds", "search.open_index"):
            monkeypatch.setattr(f"{part}.date", clock)
        known = {"If-None-Match": tags[-1]} if tags else {}
        answer = client.get("/feed.atom?q=speech+last+month", headers=known)
        assert answer.status_code == 200
        tags.append(answer.headers["etag"])
        found.append({entry.published for entry in feedparser.parse(answer.content).entries})
    assert len(set(tags)) == 2
    assert found == [set(), {"2024-04-15T00:00:00Z"}]


def test_what_was_found_by_words_alone_for_want_of_the_model_is_not_kept(
    tmp_path: Path, make_index: MakeIndex
) -> None:
    index = make_index([{"id": "a", "title": "About parsing"}])
    manifest = json.loads((index / "manifest.json").read_text())
    manifest["model"] |= {"name": str(tmp_path / "model"), "runtime": "openvino"}
    (index / "manifest.json").write_text(json.dumps(manifest))
    with TestClient(create_app(index)) as client:
        assert "etag" not in client.get("/feed.atom?q=parsing").headers
        assert "etag" in client.get("/feed.atom?q=parsing&mode=lexical").headers


@pytest.mark.parametrize("query", ["", "?q=", "?q=x&limit=0", "?q=x&after=never"])
def test_what_makes_no_sense_is_a_problem(client: TestClient, query: str) -> None:
    response = client.get(f"/feed.atom{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
