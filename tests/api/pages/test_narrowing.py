"""The page's links that add a filter and take one off, its modes, marks and reasons."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

BROWSER = {"accept": "text/html"}


def get(client: TestClient, address: str) -> str:
    response = client.get(address, headers=BROWSER, follow_redirects=True)
    assert response.status_code == 200
    return str(response.text)


def total(html: str) -> int:
    found = re.search(r"\d+ to \d+ of (\d+) paper", html)
    assert found
    return int(found[1])


def close(html: str) -> int:
    """How many papers are close: those that the counts are of."""
    found = re.search(r"(\d+) of them close", html)
    return int(found[1]) if found else total(html)


def narrowings(html: str) -> dict[str, tuple[str, int]]:
    """By their text: address and count."""
    part = html.partition('aria-label="Narrow the results"')[2]
    buttons = re.findall(
        r'<button form="ask" name="(\w+)" value="([^"]+)">[^<]+</button> '
        r'<span class="quiet">([\d,]+)<',
        part,
    )
    bars = re.findall(r'<a href="([^"]+)" data-year="\d+"><title>(\d+): ([\d,]+) paper', part)
    found = {text: (unescape(address), int(count)) for address, text, count in bars}
    for name, value, count in buttons:
        address = "/?" + urlencode([*asked(html), (name, unescape(value))])
        found[unescape(value)] = (address, int(count))
    return found


def asked(html: str) -> list[tuple[str, str]]:
    """What the form of the question sends, empty fields too, as browsers do."""
    fields = re.findall(r"<input ([^>]*)>", html)
    chosen = re.findall(
        r'<select form="ask" [^>]*name="(\w+)">.*?value="(\w+)" selected', html, re.DOTALL
    )
    for field in fields:
        held = dict(re.findall(r'(\w+)="([^"]*)"', field))
        if (held.get("form") == "ask" or held.get("id") == "q") and held.get("type") != "checkbox":
            chosen.append((held["name"], unescape(held["value"])))
    return chosen


def removals(html: str) -> dict[str, str]:
    """Addresses by the filter that they take off."""
    found = re.findall(r'href="([^"]+)" aria-label="Remove the filter: ([^"]+)"', html)
    return {unescape(text): unescape(address) for address, text in found}


@pytest.mark.parametrize(
    "address",
    [
        "/?q=speech&limit=3",
        "/?q=speech&mode=lexical",
        "/?similar=2402.00001",
        "/?q=speech&category=cs",
    ],
)
def test_one_click_leaves_as_many_papers_as_it_says(client: TestClient, address: str) -> None:
    links = narrowings(get(client, address))
    assert len(links) >= 4
    for following, count in links.values():
        assert close(get(client, following)) == count


def test_filters_come_off_one_by_one(client: TestClient) -> None:
    html = get(client, "/?q=speech&category=cs.CL&category=cs.CR&after=2024-02&before=2024")
    links = removals(html)
    assert set(links) == {"category cs.CL", "category cs.CR", "from February 2024", "up to 2024"}
    left = parse_qs(urlsplit(links["category cs.CL"]).query)
    assert left == {
        "q": ["speech"],
        "category": ["cs.CR"],
        "after": ["2024-02"],
        "before": ["2024"],
    }
    for address in links.values():
        assert len(removals(get(client, address))) == 3


def test_a_year_is_one_click_on_and_one_off(client: TestClient) -> None:
    address, count = narrowings(get(client, "/?q=-zebra"))["2024"]
    html = get(client, address)
    assert close(html) == count == 30
    assert "2024" not in narrowings(html)  # there is no other year to choose
    assert total(get(client, removals(html)["dated 2024"])) == 32


def test_a_year_stays_within_the_dates_already_chosen(client: TestClient) -> None:
    address, count = narrowings(get(client, "/?q=-zebra&after=2024-03"))["2024"]
    assert parse_qs(urlsplit(address).query)["after"] == ["2024-03"]
    assert close(get(client, address)) == count


def test_a_filtered_field_offers_no_second_value(client: TestClient) -> None:
    links = narrowings(get(client, "/?q=speech&category=cs"))
    assert not any(text.startswith("cs.") for text in links)


def test_at_most_six_values_of_a_field(client: TestClient) -> None:
    authors = [text for text in narrowings(get(client, "/?q=-zebra")) if "Number" in text]
    assert len(authors) == 5


def test_the_mode_is_kept(client: TestClient) -> None:
    html = get(client, "/?q=graph+kernels&mode=lexical&limit=2")
    assert '<option value="lexical" selected>' in html
    assert total(html) == 6
    following = re.search(r'rel="next" href="([^"]+)"', html)
    assert following
    assert "mode=lexical" in following[1]


def test_a_least_score_is_kept_and_can_be_taken_off(client: TestClient) -> None:
    html = get(client, "/?q=graph+kernels&min_score=0.9&limit=32")
    assert html.count("<article ") < 32
    assert 'name="min_score" value="0.9"' in html
    assert 'rel="next"' not in html
    assert get(client, removals(html)["minimum score 0.9"]).count("<article ") == 32


def test_reasons_are_given_and_the_nearest_sentence_when_asked_for(client: TestClient) -> None:
    html = get(client, "/?q=graph+kernels&limit=1&explain=1")
    assert re.search(r"<li>Why: meaning 1 \(\d\.\d\d\); words \d", html)
    assert re.search(r'name="explain" value="1" checked', html)
    assert "Nearest sentence (" in html
    plain = get(client, "/?q=graph+kernels&limit=1")
    assert "Why: meaning 1" in plain
    assert "Nearest sentence (" not in plain


def test_matched_words_are_marked_and_all_else_is_escaped(client: TestClient) -> None:
    html = get(client, "/?q=hostile+script+markup&category=cs.CR&explain=1")
    assert (
        "<mark>Hostile</mark> &lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>" in html
    )
    assert "<script>" not in html
    assert "<img" not in html


def test_what_was_understood_is_said(client: TestClient) -> None:
    html = get(client, "/?q=papers+about+graph+kernels+year:2024")
    assert "Showing results for “graph kernels” (ignored: “papers about”); dated 2024." in html
    assert "Showing results for" not in get(client, "/?q=graph+kernels")


def test_matched_words_are_marked_on_every_page(client: TestClient) -> None:
    html = client.get("/?q=sparse+attention&mode=lexical", headers={"accept": "text/html"}).text
    assert "<mark>sparse attention</mark>" in html


def test_what_was_read_from_the_words_is_one_click_off(client: TestClient) -> None:
    html = get(client, "/?q=papers+by+Zoë+Shared+on+speech+since+2025&limit=40")
    assert "No paper by Zoë Shared and from 2025 on; searched for the words as typed." in html
    html = get(client, "/?q=papers+by+Zoë+Shared+on+speech&limit=40")
    assert total(html) == 30
    literal = get(client, removals(html)["“by Zoë Shared”"])
    assert total(literal) == 32
    assert 'name="literal" value="1" checked' in literal
    assert total(get(client, removals(literal)["take the words as they are"])) == 30


def test_why_nothing_was_found_stands_on_the_page(client: TestClient) -> None:
    html = get(client, "/?q=speech&category=zzz")
    assert "<h2>No results</h2>" in html
    assert "Search without “category zzz”" in html
    assert "No paper has category zzz." in html
    assert "Back to the first page" in get(client, "/?q=speech&offset=100")
