"""Reading lists as people keep them, all in the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.api.browser.conftest import manage, titles

Open = Callable[..., Page]


def with_saved(visit: Open, count: int) -> tuple[Page, list[str]]:
    page = visit("/?q=graph+kernels")
    kept = titles(page)[:count]
    for title in kept:
        page.get_by_role("button", name=f"Save: {title}", exact=True).click()
    page.goto("/saved")
    return page, kept


def listed(page: Page) -> list[str]:
    return page.locator(".reading-list .title").all_inner_texts()


def exported(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Export as {name}").click()
    return download.value.path().read_text()


@pytest.mark.slow
def test_lists_with_names_notes_and_tags_stay(visit: Open) -> None:
    page, kept = with_saved(visit, 3)
    assert listed(page) == kept
    manage(page)
    page.get_by_label("New list").fill("Kernels")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("Name")).to_have_value("Kernels")
    page.get_by_label("Note").fill("for the talk")
    page.get_by_label("Name").click()
    page.get_by_label("List", exact=True).select_option(label="Saved (3)")
    page.get_by_label(f"move to another list: {kept[1]}", exact=True).select_option(label="Kernels")
    assert listed(page) == kept  # an arrow key chooses, too
    page.get_by_role("button", name=f"move: {kept[1]}", exact=True).click()
    assert listed(page) == [kept[0], kept[2]]
    page.get_by_label("List", exact=True).select_option(label="Kernels (1)")
    page.get_by_text("tags and note").click()
    page.get_by_label("Tags, with commas").fill("core, talk")
    page.get_by_role("button", name=f"read: {kept[1]}", exact=True).click()
    page.reload()
    assert listed(page) == [kept[1]]
    manage(page)
    expect(page.get_by_label("Note").first).to_have_value("for the talk")
    expect(page.get_by_label("Tags, with commas")).to_have_value("core, talk")
    expect(page.get_by_role("button", name=f"read: {kept[1]}", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_label("Unread only").check()
    expect(page.get_by_text("No paper of this list is like that")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete this list").click()
    page.get_by_label("Unread only").uncheck()
    assert listed(page) == [kept[0], kept[2]]


def test_what_is_saved_goes_to_the_list_that_was_opened_last(visit: Open) -> None:
    page = visit("/saved")
    page.get_by_label("New list").fill("Second")
    page.get_by_role("button", name="Add").click()
    page, kept = with_saved_on(page)
    expect(page.get_by_label("Name")).to_have_value("Second")
    assert listed(page) == [kept]


def with_saved_on(page: Page) -> tuple[Page, str]:
    page.goto("/?q=speech")
    kept = titles(page)[0]
    page.get_by_role("button", name=f"Save: {kept}", exact=True).click()
    page.goto("/saved")
    return page, kept


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sign"), [("BibTeX", "@"), ("RIS", "TY  - ")])
def test_ticked_papers_or_all_are_exported_and_come_back(
    visit: Open, tmp_path: Path, name: str, sign: str
) -> None:
    page, kept = with_saved(visit, 3)
    assert exported(page, name).count(sign) == 3
    page.get_by_label(f"select: {kept[2]}", exact=True).check()
    text = exported(page, name)
    assert text.count(sign) == 1
    assert kept[2] in text
    expect(page.locator("#said")).to_contain_text("1 of 1 papers exported")
    file = tmp_path / "papers.txt"
    file.write_text(text + "\n@misc{other, title = {Nobody has it}, doi = {10.1/none}}\n"
                    if name == "BibTeX" else text, "utf-8")  # fmt: skip
    other = visit("/saved")
    other.get_by_label("Import").set_input_files(file)
    expect(other.locator(".reading-list .title")).to_have_text(kept[2])
    expect(other.locator("#said")).to_contain_text("1 paper imported")
    if name == "BibTeX":
        expect(other.locator("#said")).to_contain_text("not in this index: Nobody has it")


@pytest.mark.slow
def test_a_whole_list_moves_to_another_browser_as_json(visit: Open, tmp_path: Path) -> None:
    page, kept = with_saved(visit, 2)
    manage(page)
    page.get_by_label("Note").first.fill("mine")
    page.get_by_text("tags and note").first.click()
    page.get_by_label("Tags, with commas").first.fill("one")
    page.get_by_role("button", name=f"read: {kept[0]}", exact=True).click()
    text = exported(page, "JSON")
    told = json.loads(text)
    assert [paper["title"] for paper in told["papers"]] == kept
    assert told["papers"][0] | {"tags": ["one"], "read": True} == told["papers"][0]
    file = tmp_path / "list.json"
    file.write_text(text, "utf-8")
    other = visit("/saved")
    other.get_by_label("Import").set_input_files(file)
    expect(other.locator(".reading-list .title")).to_have_text(kept)
    manage(other)
    expect(other.get_by_label("Note").first).to_have_value("mine")
    expect(other.get_by_label("Tags, with commas").first).to_have_value("one")


@pytest.mark.slow
def test_similar_papers_are_those_of_the_selected_ones(visit: Open) -> None:
    page, kept = with_saved(visit, 2)
    link = page.get_by_role("link", name="Papers similar to these")
    both = link.get_attribute("href") or ""
    assert both.count("similar=") == 2
    page.get_by_label(f"select: {kept[0]}", exact=True).check()
    assert (link.get_attribute("href") or "").count("similar=") == 1
    page.get_by_label(f"select: {kept[0]}", exact=True).uncheck()
    assert link.get_attribute("href") == both


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", "{", "[]", '{"papers": 3}', "nothing", '[{"id": "none"}]'])
def test_a_file_without_papers_is_an_error_in_words(visit: Open, tmp_path: Path, text: str) -> None:
    file = tmp_path / "file.json"
    file.write_text(text, "utf-8")
    page = visit("/saved")
    page.get_by_label("Import").set_input_files(file)
    expect(page.locator("#said")).to_contain_text(
        re.compile("Not imported|not in this index: none")
    )
    expect(page.locator("#said")).not_to_contain_text("function")


def test_papers_saved_by_an_older_version_are_kept(visit: Open) -> None:
    page = visit("/saved")
    page.evaluate(
        """localStorage.setItem("nearpaper", JSON.stringify({read: {"2402.00001": {}}, saved: {
            "2402.00001": {title: "Old one", address: "/papers/2402.00001"}}}))"""
    )
    page.reload()
    assert listed(page) == ["Old one"]
    expect(page.get_by_role("button", name="read: Old one")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_what_could_not_be_saved_is_not_said_to_be(visit: Open, tmp_path: Path) -> None:
    page, kept = with_saved(visit, 2)
    text = exported(page, "JSON")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    page.get_by_role("button", name=f"remove: {kept[0]}", exact=True).click()
    expect(page.locator("#said")).to_contain_text("Nothing can be saved")
    assert listed(page) == kept
    file = tmp_path / "list.json"
    file.write_text(text, "utf-8")
    page.evaluate("document.getElementById('said').textContent = ''")
    manage(page)
    page.get_by_label("Import").set_input_files(file)
    expect(page.locator("#said")).to_contain_text("Nothing can be saved")


def test_the_keyboard_stays_where_it_was_and_notes_stay_open(visit: Open) -> None:
    page, kept = with_saved(visit, 3)
    page.get_by_text("tags and note").nth(2).click()
    page.get_by_role("button", name=f"read: {kept[1]}", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"read: {kept[1]}", exact=True)).to_be_focused()
    expect(page.get_by_label("Tags, with commas").nth(2)).to_be_visible()
    page.get_by_role("button", name=f"remove: {kept[1]}", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"remove: {kept[2]}", exact=True)).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Enter")
    expect(page.get_by_label("List", exact=True)).to_be_focused()
    page.get_by_label("Name").fill("Later")
    page.keyboard.press("Tab")
    expect(page.get_by_label("List", exact=True)).to_contain_text("Later (0)")
    expect(page.get_by_label("Note")).to_be_focused()


def test_another_tab_disturbs_nobody_who_types(visit: Open) -> None:
    page, kept = with_saved(visit, 2)
    page.get_by_text("tags and note").first.click()
    note = page.get_by_label("Note").nth(1)
    note.click()
    page.keyboard.type("half a")
    other = page.context.new_page()
    other.goto("/?q=speech")  # a recent question is kept, too
    saved = titles(other)[0]
    other.get_by_role("button", name=f"Save: {saved}", exact=True).click()
    page.wait_for_timeout(300)
    page.keyboard.type(" note")
    expect(note).to_have_value("half a note")
    page.keyboard.press("Tab")
    expect(page.locator(".reading-list .title")).to_have_text([*kept, saved])
    expect(note).to_have_value("half a note")


@pytest.mark.parametrize("scripts", [True, False])
def test_chosen_results_are_exported(visit: Open, scripts: bool) -> None:
    page = visit("/?q=graph+kernels", java_script_enabled=scripts)
    page.get_by_role("button", name="More like paper 1", exact=True).click()
    page.get_by_role("button", name="More like paper 3", exact=True).click()
    with page.expect_download() as download:
        page.get_by_label("Export the chosen papers").get_by_role("link", name="RIS").click()
    assert download.value.path().read_text().count("TY  - ") == 2


def test_ticked_results_alone_are_exported(visit: Open) -> None:
    page = visit("/?q=graph+kernels")
    kept = titles(page)
    form = page.get_by_role("form", name="Export this page of results")
    for title in (kept[1], kept[4]):
        page.get_by_label(f"Select: {title}", exact=True).check()
    expect(form).to_contain_text("Export 2 selected")
    expect(form).to_be_in_viewport()  # wherever one has ticked
    with page.expect_download() as download:
        form.get_by_role("button", name="BibTeX").click()
    written = download.value.path().read_text()
    assert [title in written for title in kept[:5]] == [False, True, False, False, True]
    for title in (kept[1], kept[4]):
        page.get_by_label(f"Select: {title}", exact=True).uncheck()
    with page.expect_download() as download:
        form.get_by_role("button", name="BibTeX").click()
    assert download.value.path().read_text().count("title = ") == len(kept)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_list(visit: Open, scheme: str) -> None:
    page = visit("/?q=speech", bypass_csp=True, color_scheme=scheme)
    page, _ = with_saved_on(page)
    page.get_by_text("tags and note").click()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_results_have_coins_for_reference_managers(visit: Open) -> None:
    page = visit("/?q=graph+kernels", java_script_enabled=False)
    spans = page.locator("article .Z3988")
    expect(spans).to_have_count(10)
    told = parse_qs(spans.first.get_attribute("title") or "")
    assert told["rft.atitle"] == [titles(page)[0]]
    assert told["rft.au"][1] == "Zoë Shared"
    assert told["rft_id"][0].startswith("https://")
