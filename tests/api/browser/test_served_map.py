"""The map at ``/map`` of a service: made in the background, and linked both ways."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.api.browser.conftest import running

Show = Callable[..., Page]


@pytest.fixture(scope="module")
def service(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over a folder, with a cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEARPAPER_CACHE", str(tmp_path_factory.mktemp("cache")))
        with running(folder) as address:
            yield address


@pytest.fixture
def show(browser: Browser, service: str) -> Iterator[Show]:
    faults: list[str] = []
    contexts = []

    def go(address: str, **options: object) -> Page:
        context = browser.new_context(base_url=service, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        for _ in range(1_500):  # five minutes: it leaves a busy machine to others
            if page.title().startswith("Map of"):
                break
            assert page.get_by_role("heading", name="The map is being made").is_visible()
            page.wait_for_timeout(200)
            page.get_by_role("link", name="Look again").click()
        return page

    yield go
    for context in contexts:
        context.close()
    assert not faults


@pytest.mark.slow
def test_it_says_when_to_look_again_and_is_there_then(show: Show, browser: Browser) -> None:
    page = show("/map")
    expect(page.get_by_role("heading", level=1)).to_have_text("Map of 32 papers")
    inked = "pen.getImageData(0, 0, canvas.width, canvas.height).data.some((one) => one)"
    page.wait_for_timeout(200)
    assert page.evaluate(inked)


def test_a_result_leads_to_its_place_and_back(show: Show) -> None:
    page = show("/map?paper=2402.00001")
    expect(page.locator("#card")).to_contain_text("On graph kernels, part 1")
    page.locator("#card a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("On graph kernels, part 1")
    page.get_by_role("link", name="On the map").click()
    expect(page.locator("#card")).to_contain_text("On graph kernels, part 1")


def test_results_are_shown_among_all(show: Show) -> None:
    page = show("/map?paper=2402.00001&paper=hep-th/9901001&paper=none")
    expect(page.locator("#titles li")).to_have_count(2)
    expect(page.locator("#said")).to_have_text("2 of 3 papers are on this map")


def test_a_page_of_results_leads_to_the_map(show: Show) -> None:
    show("/map")
    page = show("/map?q=graph+kernels&limit=3")
    expect(page.locator("#titles li")).to_have_count(3)
    expect(page.locator("#titles li").first).to_contain_text("On graph kernels")


def test_a_search_of_titles_zooms(show: Show) -> None:
    page = show("/map")
    before = page.evaluate("view.size")
    page.get_by_label("Find by title").fill("strings of old")
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_contain_text("Strings of old")
    assert page.evaluate("view.size") > 2 * before
    expect(page.locator("html")).not_to_have_class("waiting")  # nothing is loaded


def test_a_region_leads_to_a_search(show: Show) -> None:
    page = show("/map")
    link = page.locator("#regions a").first
    name = link.get_attribute("aria-label") or ""
    link.click()
    expect(page.locator("#q")).to_have_value(name.removeprefix("Search for ").replace(",", ""))


def test_axe_finds_nothing(show: Show) -> None:
    page = show("/map", bypass_csp=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.slow
def test_a_map_that_cannot_be_made_is_an_error_in_words(
    browser: Browser, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = shutil.copytree(folder, tmp_path / "index")
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NEARPAPER_CACHE", str(tmp_path / "file"))
    with running(index) as address:
        page = browser.new_page()
        for _ in range(1_500):
            answer = page.goto(f"{address}/map")
            if answer and answer.status == 503:
                break
            page.wait_for_timeout(200)
        expect(page.get_by_role("heading", level=1)).to_have_text("No map")
        assert answer
        assert int(answer.headers["retry-after"]) > 200
        page.close()
