"""The pages as people use them: by mouse, by keys, by screen reader, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

PAGES = (
    *("/", "/?q=graph+kernels", "/?similar=2402.00001&not=2403.00002", "/?q=speech&limit=0"),
    *("/papers/2402.00001", "/daily?date=2024-02-15", "/trending", "/saved", "/docs", "/nothing"),
)
CONTRAST = {"runOnly": ["color-contrast"]}
"""All that colours can spoil."""
NARROW = {"width": 320, "height": 640}


def titles(page: Page) -> list[str]:
    return page.locator("article .title:visible").all_inner_texts()


def test_search_filter_and_page(visit: Open) -> None:
    page = visit("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("graph kernels")
    page.keyboard.press("Enter")
    expect(page.locator("article mark").first).to_have_text("graph")
    assert "On graph kernels" in titles(page)[0]
    page.get_by_role("navigation", name="Narrow the results").get_by_text("math.OC").click()
    expect(page).to_have_url("/?q=graph+kernels&category=math.OC")
    expect(page.get_by_text("1 to 10 of 15")).to_be_visible()
    first = titles(page)
    page.get_by_role("link", name="Next").click()
    assert not set(first) & set(titles(page))
    page.go_back()
    assert titles(page) == first
    page.get_by_role("link", name="Remove the filter: category math.OC").click()
    expect(page.get_by_text("1 to 10 of 32")).to_be_visible()


def test_a_picture_of_the_results_leads_to_them(visit: Open) -> None:
    page = visit("/?q=speech")
    page.get_by_text("Map of these results").click()
    wanted = titles(page)[2]
    page.get_by_role("link", name=f"3: {wanted}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted)


def test_another_order_is_one_click_away(visit: Open) -> None:
    page = visit("/?q=speech")
    page.get_by_role("navigation", name="Sort the results").get_by_text("upvotes").click()
    assert titles(page)[0].endswith("part 30")


def test_keys(visit: Open) -> None:
    page = visit("/?q=graph+kernels")
    second = titles(page)[1]
    for key in "jjjk":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.innerText") == second
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    page.go_back()
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Papers similar to")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.locator("#q")).to_have_value("j?")


@pytest.mark.parametrize("scripts", [True, False])
def test_more_like_these_by_ticking(visit: Open, scripts: bool) -> None:
    page = visit("/?q=graph+kernels", java_script_enabled=scripts)
    button = page.get_by_role("button", name="Find papers like the selected ones")
    expect(button).to_be_hidden()
    ids = [one.get_attribute("data-id") for one in page.locator("article").all()]
    page.get_by_label("more like this:").nth(0).check()
    page.get_by_label("less like this:").nth(4).check()
    button.click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(f"Papers similar to {ids[0]}, unlike {ids[4]}")


def test_without_scripts(visit: Open) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("#q").fill("graph kernels")
    page.get_by_role("button", name="Search").click()
    page.locator("article .title").first.click()
    expect(page.get_by_role("heading", name="Similar papers")).to_be_visible()
    page.locator("svg a").first.click()
    expect(page.get_by_role("heading", name="Similar papers")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="BibTeX of").click()
    assert download.value.path().read_text().startswith("@misc{")


def test_bibtex_is_copied_and_said(visit: Open) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    page = visit("/papers/2402.00001", permissions=permissions)
    page.get_by_role("link", name="BibTeX of").click()
    expect(page.get_by_role("status")).to_have_text("BibTeX copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "On graph kernels, part 1}" in copied


def test_saved_and_read_papers_are_remembered(visit: Open) -> None:
    page = visit("/?q=graph+kernels")
    kept, hidden = titles(page)[0], titles(page)[1]
    page.get_by_role("button", name=f"save: {kept}", exact=True).click()
    page.get_by_role("button", name=f"mark as read: {hidden}", exact=True).click()
    page.get_by_label("hide papers marked as read").check()
    page.reload()
    assert titles(page)[0] == kept
    assert hidden not in titles(page)
    expect(page.get_by_role("button", name=f"save: {kept}", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_label("hide papers marked as read").uncheck()
    assert hidden in titles(page)
    page.goto("/saved")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as BibTeX").click()
    assert kept in download.value.path().read_text()
    page.get_by_role("link", name="Papers similar to these").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Papers similar to 24")
    page.goto("/saved")
    page.get_by_role("button", name=f"remove: {kept}", exact=True).click()
    expect(page.get_by_text("No saved papers yet")).to_be_visible()


def test_a_spoilt_memory_does_no_harm(visit: Open) -> None:
    page = visit("/saved")
    page.evaluate(
        """localStorage.setItem("nearpaper", JSON.stringify({saved: {
            x: {title: "<img src=x onerror=alert(1)>", address: "javascript:alert(1)"}}}))"""
    )
    page.reload()
    expect(page.locator("#saved-list li a")).to_have_attribute("href", "/")
    assert page.locator("#saved-list img").count() == 0
    page.evaluate("localStorage.setItem('nearpaper', 'no JSON')")
    page.reload()
    expect(page.get_by_text("No saved papers yet")).to_be_visible()


def test_text_of_papers_runs_nothing(visit: Open) -> None:
    page = visit("/?q=hostile+markup+in+titles&category=cs.CR")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for address in (page.url, "/papers/2501.00099"):
        page.goto(address)
        expect(page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
        assert page.locator("main img, main script").count() == 0
        expect(page.locator("math msup").first).to_be_visible()
        assert page.locator("math [href], math a").count() == 0
    assert not dialogs


def test_a_foreign_script_is_kept_from_running(visit: Open) -> None:
    policy = visit("/").request.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("address", PAGES)
def test_nothing_stands_over_on_a_narrow_screen(visit: Open, address: str) -> None:
    page = visit(address, viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(visit: Open, address: str) -> None:
    page = visit(address, bypass_csp=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme="dark")
    found = Axe().run(page, options=CONTRAST)
    assert found.violations_count == 0, found.generate_report()
