"""The search box as people use it: by keys, by mouse, by screen reader."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
OPTION = "#suggestions [role=option]"


def typed(page: Page, text: str) -> None:
    page.locator("#q").click()
    page.keyboard.type(text)
    expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()


def test_a_title_is_chosen_by_keys_and_opens_its_paper(visit: Open) -> None:
    page = visit("/")
    typed(page, "on graph kern")
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "true")
    options = page.locator(OPTION)
    expect(page.locator(".has-suggestions [aria-live]")).to_contain_text("suggestions")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", chosen or "none")
    page.keyboard.press("ArrowUp")
    wanted = options.nth(0).locator("span").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted)


def test_enter_asks_what_was_typed_and_escape_closes(visit: Open) -> None:
    page = visit("/")
    typed(page, "graph")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#q")).to_have_value("graph")
    typed(page, " kernels")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=graph\+kernels"))


def test_enter_takes_no_suggestion_for_an_earlier_text(visit: Open) -> None:
    page = visit("/")
    typed(page, "graph")
    page.keyboard.press("ArrowDown")
    page.route("**/api/v1/suggest*", lambda route: None)  # what is slow never comes
    page.keyboard.type(" kernels")
    expect(page.get_by_role("combobox")).not_to_have_attribute(
        "aria-activedescendant", re.compile("")
    )
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=graph\+kernels"))


def test_nothing_is_suggested_for_a_text_that_was_cleared(visit: Open) -> None:
    page = visit("/")
    page.evaluate(
        """() => {
            const soon = window.fetch;
            window.fetch = (...asked) => new Promise((done) => {
                setTimeout(() => done(soon(...asked)), 400);
            });
        }"""
    )
    page.locator("#q").click()
    page.keyboard.type("graph")
    page.wait_for_timeout(150)
    page.locator("#q").fill("")
    page.wait_for_timeout(800)
    assert page.locator(OPTION).count() == 0


def test_a_value_of_a_mark_is_filled_in_and_typing_goes_on(visit: Open) -> None:
    page = visit("/")
    typed(page, "speech au:zo")
    page.locator(OPTION, has_text="Zoë Shared").click()
    expect(page.locator("#q")).to_have_value('speech au:"Zoë Shared" ')
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("On speech").first).to_be_visible()


def test_an_author_is_chosen_and_has_a_page(visit: Open) -> None:
    page = visit("/")
    typed(page, "shared")
    page.locator(OPTION, has_text="Zoë Shared").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë Shared")
    expect(page).to_have_url(re.compile(r"/authors\?name="))


def test_recent_questions_stay_in_the_browser_and_can_be_forgotten(visit: Open) -> None:
    page = visit("/?q=protein+folding")
    page.goto("/?q=speech")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(OPTION)).to_have_count(3)
    expect(page.locator(OPTION).first).to_contain_text("speech")
    assert not [one for one in asked if "suggest?" in one]
    page.keyboard.type("prot")
    expect(page.locator(OPTION).first).to_contain_text("protein folding recent question")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?q=protein\+folding"))
    page.wait_for_load_state()
    page.goto("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.locator(OPTION, has_text="Forget recent questions").click()
    assert page.evaluate("localStorage.getItem('nearpaper.recent')") == "[]"


def test_hostile_titles_and_a_spoilt_storage_do_no_harm(visit: Open) -> None:
    page = visit("/")
    page.evaluate("localStorage.setItem('nearpaper.recent', '{\"a\": 1}')")
    page.reload()
    typed(page, "hostile")
    expect(page.locator(OPTION).first).to_contain_text("<script>alert(1)</script>")
    assert page.locator(".suggestions script, .suggestions img").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_an_open_list(visit: Open, scheme: str) -> None:
    page = visit("/", bypass_csp=True, color_scheme=scheme)
    typed(page, "graph")
    page.keyboard.press("ArrowDown")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_without_scripts_it_is_a_plain_search_field(visit: Open) -> None:
    page = visit("/", java_script_enabled=False)
    expect(page.get_by_role("searchbox")).to_be_visible()
    assert page.get_by_role("combobox").count() == 0
