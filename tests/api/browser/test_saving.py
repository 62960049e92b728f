"""What people save, mark and tick stays what they meant, whatever else they do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.api.browser.conftest import manage, titles

Open = Callable[..., Page]
SEARCH = "/?q=graph+kernels"


def with_lists(visit: Open, **lists: dict[str, Any]) -> Page:
    """A page of reading lists by name, each with its note and papers."""
    kept = [{"id": name, "name": name, **told} for name, told in lists.items()]
    page = visit("/saved")
    stored = json.dumps({"lists": kept, "read": []})
    page.evaluate("kept => localStorage.setItem('nearpaper', kept)", stored)
    page.reload()
    return page


def lists(page: Page) -> dict[str, dict[str, Any]]:
    stored = page.evaluate("JSON.parse(localStorage.getItem('nearpaper'))")
    return {each["name"]: each for each in stored["lists"]}


def test_what_is_typed_goes_into_its_own_list_or_nowhere(visit: Open) -> None:
    page = with_lists(visit, a={}, b={"note": "mine"}, c={"note": "other"})
    other = page.context.new_page()
    other.goto("/saved")
    page.get_by_label("List", exact=True).select_option(label="b (0)")
    manage(page)
    page.get_by_label("Note").fill("typed in b")
    other.get_by_label("List", exact=True).select_option(label="a (0)")
    other.get_by_role("button", name="Delete this list").click()
    page.keyboard.press("Tab")
    assert {name: told["note"] for name, told in lists(page).items()} == {
        "b": "typed in b",
        "c": "other",
    }
    page.get_by_label("List", exact=True).select_option(label="b (0)")
    page.get_by_label("Note").fill("typed too late")
    other.get_by_label("List", exact=True).select_option(label="b (0)")
    other.get_by_role("button", name="Delete this list").click()
    page.keyboard.press("Tab")
    expect(page.locator("#said")).to_contain_text("this list was deleted in another tab")
    assert {name: told["note"] for name, told in lists(page).items()} == {"c": "other"}


def test_notes_and_tags_are_not_lost_by_one_key(visit: Open) -> None:
    page = visit(SEARCH)
    title = titles(page)[0]
    id = page.locator("article").first.get_attribute("data-id")
    paper = {"id": id, "title": title, "note": "read this", "tags": ["core"]}
    page = with_lists(visit, a={"papers": [paper]}, b={"papers": [{**paper, "note": ""}]})
    page.goto(SEARCH)
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.locator("article .title").first.focus()
    page.keyboard.press("b")
    assert asked == ["Take it out of the lists “a” and “b”, with its note and tags?"]
    assert lists(page)["a"]["papers"] == [paper]
    page.remove_listener("dialog", refuse)
    page.on("dialog", lambda dialog: dialog.accept())
    page.keyboard.press("b")
    expect(page.locator("#said")).to_have_text(f"Taken out of the lists “a” and “b”: {title}")
    assert [told["papers"] for told in lists(page).values()] == [[], []]


def test_a_tag_that_is_gone_filters_nothing(visit: Open) -> None:
    page = with_lists(
        visit,
        a={"papers": [{"id": "1", "title": "One", "tags": ["x"]}]},
        b={"papers": [{"id": "2", "title": "Two"}]},
    )
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Tag", exact=True).select_option(label="x")
    manage(page)
    page.get_by_role("button", name="Delete this list").click()
    expect(page.locator(".reading-list .title")).to_have_text("Two")


def test_the_click_that_ends_typing_a_name_counts(visit: Open) -> None:
    page = with_lists(visit, a={"papers": [{"id": "1", "title": "One"}]}, b={})
    manage(page)
    page.get_by_label("New list").fill("half a name")
    page.get_by_label("Name").fill("Renamed")
    page.get_by_role("button", name="read: One").click(delay=90)
    expect(page.get_by_role("button", name="read: One")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("List", exact=True).locator("option").first).to_have_text(
        "Renamed (1)"
    )
    expect(page.get_by_label("New list")).to_have_value("half a name")


def test_read_papers_are_hidden_where_the_switch_is_and_the_focus_goes_on(visit: Open) -> None:
    page = visit("/?q=graph+kernels&limit=2")
    shown = titles(page)
    for title in shown:
        page.get_by_role("button", name=f"Mark as read: {title}", exact=True).click()
    page.get_by_label("hide papers marked as read").check()
    expect(page.get_by_text("All papers of this page are marked as read")).to_be_visible()
    page.goto(SEARCH)
    left = titles(page)
    assert not set(shown) & set(left)
    page.get_by_role("button", name=f"Mark as read: {left[0]}", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("article .title:visible").first).to_be_focused()
    assert titles(page) == left[1:]
    page.goto("/authors?name=Zo%C3%AB+Shared")
    before = titles(page)
    page.get_by_role("button", name=f"Mark as read: {before[0]}", exact=True).click()
    assert titles(page) == before


def test_what_is_ticked_after_going_back_is_exported_alone(visit: Open) -> None:
    page = visit(SEARCH)
    page.get_by_label(f"Select: {titles(page)[1]}", exact=True).check()
    page.locator("article .title").first.click()
    page.go_back()
    ticked = page.locator("article input:checked").count()
    form = page.get_by_role("form", name="Export this page of results")
    expect(form).to_contain_text(f"Export {ticked} selected" if ticked else "Export")
    with page.expect_download() as download:
        form.get_by_role("button", name="BibTeX").click()
    assert download.value.path().read_text().count("title = ") == (ticked or 10)


@pytest.mark.parametrize("address", ["/authors?name=Zo%C3%AB+Shared", ""])
def test_keys_find_similar_papers_and_save_on_every_page(visit: Open, address: str) -> None:
    page = visit(address or SEARCH)
    if not address:  # the page of one paper
        page.locator("article .title").first.click()
        expect(page.get_by_role("heading", name="Cite")).to_be_visible()
    else:
        page.keyboard.press("j")
    page.keyboard.press("b")
    expect(page.locator("#said")).to_contain_text("Saved in the list")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(r"/\?similar="))
    page.goto("/saved")
    page.keyboard.press("j")
    expect(page.locator(".reading-list .title")).to_be_focused()


def test_without_a_connection_citing_keeps_the_page(visit: Open) -> None:
    page = visit(SEARCH)
    # As a network that is gone, but nothing that the browser tells as an error of the page.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError()); }")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Cite paper 1", exact=True).click()
    expect(page.locator("#said")).to_have_text("Not copied: no connection")
    expect(page).to_have_url(re.compile(r"graph\+kernels"))


def test_an_empty_number_among_closed_filters_stops_no_search(visit: Open) -> None:
    page = visit(SEARCH)
    page.get_by_text("+ filter").click()
    page.locator("input[name=limit]").fill("")
    page.get_by_text("+ filter").click()
    page.locator("#q").fill("speech")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=speech"))


@pytest.mark.parametrize("width", [360, 640])
def test_papers_of_lists_can_be_saved_on_narrow_screens(visit: Open, width: int) -> None:
    page = visit("/authors?name=Zo%C3%AB+Shared", viewport={"width": width, "height": 800})
    page.get_by_role("button", name=f"Save: {titles(page)[0]}", exact=True).click()
    expect(page.locator("#said")).to_contain_text("Saved in the list")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_print_shows_papers_and_no_controls(visit: Open) -> None:
    page = with_lists(visit, a={"papers": [{"id": "1", "title": "One", "note": "for the talk"}]})
    page.emulate_media(media="print")
    expect(page.get_by_text("One", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="remove: One")).to_be_hidden()
    page.goto(SEARCH)
    shown = page.evaluate("getComputedStyle(document.querySelector('article'), '::after').content")
    assert page.locator("article").first.get_attribute("data-id") in shown
