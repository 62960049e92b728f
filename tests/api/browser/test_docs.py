"""The API's page, where requests are tried out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from api.admin.changes import Changes
from api.http.access.access import Access
from api.http.app import create_app
from api.http.load.bounds import BOUNDS
from api.keys.key_file import add_key
from tests.api.http.served import served

Open = Callable[..., Page]


def operation(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def sent(page: Page, name: str) -> tuple[str, str]:
    """The line about an answer, and the answer."""
    part = operation(page, name)
    part.get_by_role("button", name="Send").click()
    expect(part.get_by_role("status")).to_contain_text(" ms · ")
    return part.get_by_role("status").inner_text(), part.locator(".answer").inner_text()


@pytest.mark.slow
def test_a_search_is_tried_out(visit: Open) -> None:
    page = visit("/docs")
    first = page.get_by_role("region").first
    expect(first.get_by_role("heading")).to_have_text("GET /api/v1/search")
    first.get_by_label("q", exact=True).fill("graph 'kernels'")
    first.get_by_label("limit").fill("2")
    first.get_by_label("sort").select_option("newest")
    first.get_by_label("literal").check()
    line, answer = sent(page, "GET /api/v1/search")
    assert line.startswith("200 ")
    assert "application/json" in line
    told = json.loads(answer)
    assert (told["query"], told["limit"]) == ("graph 'kernels'", 2)
    asked = first.get_by_label("The same with curl").inner_text()
    assert "limit=2&literal=true" in asked.replace("sort=newest&", "")
    assert "offset" not in asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("GET /api/v1/papers/{id}", '"no-paper"'),
        ("POST /api/v1/search/batch", '"answers"'),
        ("POST /api/v1/papers", "no-paper"),
        ("GET /feed.atom", "<feed"),
        ("GET /readyz", '"generation"'),
        ("GET /api/papers/search", "On "),
    ],
)
def test_every_sort_of_operation_is_sent(visit: Open, name: str, sign: str) -> None:
    page = visit("/docs")
    if "feed" in name or "papers/search" in name:
        operation(page, name).get_by_label("q", exact=True).fill("speech")
    _, answer = sent(page, name)
    assert sign.strip('"') in answer


def test_without_scripts_the_browser_goes_to_the_answer(visit: Open) -> None:
    page = visit("/docs", java_script_enabled=False)
    part = operation(page, "GET /api/v1/search")
    part.get_by_role("button", name="Send").click()
    told = json.loads(page.locator("body").inner_text())
    assert told["results"]
    page.go_back()
    expect(operation(page, "POST /api/v1/papers").get_by_role("button")).to_be_hidden()


def test_curl_sends_what_the_page_sends(browser: Browser, folder: Path, tmp_path: Path) -> None:
    add_key(tmp_path / "keys.json", "root", "admin", "")
    access = Access(keys=tmp_path / "keys.json", open=True)
    app = create_app(folder, access=access, changes=Changes(folder, tmp_path / "audit.jsonl"))
    with served(app, BOUNDS) as (host, port):
        page = browser.new_page()
        page.goto(f"http://{host}:{port}/docs")
        removal = "DELETE /api/v1/admin/papers/{id}"
        operation(page, removal).get_by_label("id", exact=True).fill("2402.00001")
        for name, sign in (
            (removal, "curl -s -X DELETE '"),
            ("POST /api/v1/admin/publish", "curl -s -X POST '"),
            ("POST /api/v1/papers", "/api/v1/papers' --json '{"),
            ("GET /readyz", "curl -s 'http"),
        ):
            sent(page, name)  # without a key nothing is changed
            expect(operation(page, name).get_by_label("The same with curl")).to_contain_text(sign)
        page.close()


def test_a_body_is_edged_as_any_field(visit: Open) -> None:
    page = visit("/docs")
    edge = "(name) => getComputedStyle(document.querySelector(name)).borderTopColor"
    assert page.evaluate(edge, ".reference textarea") == page.evaluate(edge, "#q")
