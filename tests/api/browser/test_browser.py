"""The pages as people use them: by mouse, by keys, by screen reader, with and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.api.browser.conftest import titles

Open = Callable[..., Page]

PAGES = (
    *("/", "/?q=graph+kernels", "/?similar=2402.00001&not=2403.00002", "/?q=speech&limit=0"),
    *("/papers/2402.00001", "/daily?date=2024-02-15", "/trending", "/saved", "/docs", "/nothing"),
    *("/?text=graph+kernels&limit=2", "/?q=speech&category=zzz", "/authors?name=Zoë+Shared"),
    "/picture?q=speech",
    *("/authors?name=Nobody+Known", "/categories/math", "/years/2024"),
)
WIDTHS = (390, 1024, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NARROW = {"width": 320, "height": 640}


def test_search_filter_and_page(visit: Open) -> None:
    page = visit("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("graph kernels")
    page.keyboard.press("Enter")
    expect(page.locator("article mark").first).to_have_text("graph kernels")
    assert "On graph kernels" in titles(page)[0]
    expect(page).to_have_url("/?q=graph+kernels")
    page.get_by_role("navigation", name="Narrow the results").get_by_text("math.OC").click()
    expect(page).to_have_url("/?q=graph+kernels&category=math.OC")
    expect(page.get_by_text("1 to 10 of 15 papers")).to_be_visible()
    first = titles(page)
    page.get_by_role("link", name="Next").click()
    assert not set(first) & set(titles(page))
    page.go_back()
    assert titles(page) == first
    page.get_by_role("link", name="Remove the filter: category math.OC").click()
    expect(page.get_by_text("1 to 10 of 32 papers")).to_be_visible()


def test_a_picture_of_the_results_leads_to_them(visit: Open) -> None:
    page = visit("/?q=speech")
    wanted = titles(page)[2]
    page.get_by_role("link", name="As a picture").click()
    page.get_by_role("link", name=f"3: {wanted}").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted)


def test_another_order_is_one_click_away(visit: Open) -> None:
    page = visit("/?q=year:2020..")
    page.get_by_role("navigation", name="Sort the results").get_by_text("Upvotes").click()
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
    expect(page.get_by_role("heading", level=1)).to_have_text("Papers like these")
    page.wait_for_load_state()  # the keys are there
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.locator("#q")).to_have_value("j?")


@pytest.mark.parametrize("scripts", [True, False])
def test_more_like_these_less_like_those(visit: Open, scripts: bool) -> None:
    page = visit("/?q=graph+kernels&category=math", java_script_enabled=scripts)
    like = titles(page)[0]
    page.get_by_role("button", name="More like paper 1", exact=True).click()
    chips = page.get_by_role("list", name="What the results are to be like")
    expect(chips.get_by_role("listitem")).to_have_text(["+ “graph kernels” ✕", f"+ {like} ✕"])
    assert like not in titles(page)
    unlike = titles(page)[4]
    page.get_by_role("button", name="Less like paper 5", exact=True).click()
    expect(chips.get_by_role("listitem").nth(2)).to_have_text(f"− {unlike} ✕")
    assert unlike not in titles(page)
    page.get_by_role("link", name="Remove “like”: “graph kernels”").click()
    expect(chips.get_by_role("listitem")).to_have_count(2)
    assert "category=math" in page.url


def test_the_whole_abstract_opens_in_place(visit: Open) -> None:
    page = visit("/?q=graph+kernels", java_script_enabled=False)
    card = page.locator("article").first
    expect(card.get_by_text("Why: meaning 1")).to_be_hidden()
    card.locator("summary").click()
    expect(card.get_by_text("Why: meaning 1")).to_be_visible()
    card.locator("summary").click()
    expect(card.get_by_text("Why: meaning 1")).to_be_hidden()


def test_papers_like_a_text(visit: Open) -> None:
    page = visit("/", java_script_enabled=False)
    page.get_by_text("Search with a whole text").click()
    page.locator("#text").fill("We study kernels between graphs.")
    page.get_by_role("button", name="Find papers like this text").click()
    expect(page).to_have_url("/?text=We+study+kernels+between+graphs.")
    expect(page.get_by_role("list", name="What the results are to be like")).to_have_text(
        "+ “We study kernels between graphs.” ✕"
    )
    assert len(titles(page)) == 10


def test_filters_without_scripts_end_at_an_address_with_what_was_set(visit: Open) -> None:
    page = visit("/?q=speech", java_script_enabled=False)
    page.get_by_text("+ filter").click()
    page.get_by_label("Category").fill("math")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url("/?q=speech&category=math")


def test_years_by_click_by_keys_and_by_dragging(visit: Open) -> None:
    page = visit("/?q=-zebra")
    bars = page.get_by_role("group", name="Close papers by year").get_by_role("link")
    expect(bars).to_have_count(3)
    bars.nth(1).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("status")).to_have_text("2024 to 2025: press Enter")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?q=-zebra&after=2024&before=2025")
    page.get_by_role("group", name="Close papers by year").get_by_role("link").nth(1).click()
    expect(page).to_have_url("/?q=-zebra&after=2025&before=2025")
    page.goto("/?q=-zebra")
    ends = [bars.nth(place).bounding_box() for place in (1, 2)]
    assert ends[0]
    assert ends[1]
    page.mouse.move(ends[0]["x"] + 3, ends[0]["y"] + 30)
    page.mouse.down()
    page.mouse.move(ends[1]["x"] + 3, ends[1]["y"] + 30, steps=4)
    page.mouse.up()
    expect(page).to_have_url("/?q=-zebra&after=2024&before=2025")


@pytest.mark.parametrize("leave", ["click", "Escape"])
def test_years_that_were_not_confirmed_are_forgotten(visit: Open, leave: str) -> None:
    page = visit("/?q=-zebra")
    bars = page.get_by_role("group", name="Close papers by year").get_by_role("link")
    bars.nth(1).focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_role("status")).to_have_text("2024 to 2025: press Enter")
    if leave == "Escape":
        page.keyboard.press("Escape")
        expect(page.get_by_role("status")).to_have_text("")
    page.get_by_text("1 to 10 of").click()
    page.wait_for_timeout(300)
    expect(page).to_have_url("/?q=-zebra")


def test_after_an_export_nothing_seems_to_load(visit: Open) -> None:
    page = visit("/?q=graph+kernels")
    form = page.get_by_role("form", name="Export this page of results")
    with page.expect_download():
        form.get_by_role("button", name="BibTeX").click()
    expect(page.locator("html")).not_to_have_class("waiting")


def test_a_page_of_results_leads_to_its_own_papers_on_the_map(visit: Open) -> None:
    page = visit("/?q=graph+kernels&offset=10")
    link = page.get_by_role("link", name="On the map of all papers")
    expect(link).to_have_attribute("href", "/map?q=graph+kernels&offset=10")


def test_an_author_leads_to_their_papers_and_on(visit: Open) -> None:
    page = visit("/?q=graph+kernels", java_script_enabled=False)
    page.get_by_role("link", name="Zoë Shared").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Shared")
    expect(page.get_by_text("30 papers")).to_be_visible()
    page.get_by_role("searchbox", name="Search among these papers").fill("speech")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/?author=Zo%C3%AB+Shared&q=speech")


@pytest.mark.parametrize("zoom", [2, 4])
def test_what_is_read_fits_when_it_is_enlarged(visit: Open, zoom: int) -> None:
    """As browsers zoom: the window holds fewer CSS pixels, down to 320 of 1,280."""
    page = visit("/?q=graph+kernels", viewport={"width": 1280 // zoom, "height": 720 // zoom})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280 // zoom
    expect(page.get_by_role("button", name="More like paper 1", exact=True)).to_be_visible()


def test_without_scripts(visit: Open) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("#q").fill("graph kernels")
    page.get_by_role("button", name="Search").click()
    page.locator("article .title").first.click()
    expect(page.get_by_role("heading", name="Nearest papers")).to_be_visible()
    page.locator("svg.picture a").first.click()
    expect(page.get_by_role("heading", name="Nearest papers")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Copy BibTeX").click()
    assert download.value.path().read_text().startswith("@misc{")


def test_bibtex_is_copied_and_said(visit: Open) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    page = visit("/papers/2402.00001", permissions=permissions)
    page.get_by_role("link", name="Copy BibTeX").click()
    expect(page.get_by_role("status")).to_have_text("BibTeX copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "On graph kernels, part 1}" in copied


def test_saved_and_read_papers_are_remembered(visit: Open) -> None:
    page = visit("/?q=graph+kernels")
    kept, hidden = titles(page)[0], titles(page)[1]
    page.get_by_role("button", name=f"Save: {kept}", exact=True).click()
    page.get_by_role("button", name=f"Mark as read: {hidden}", exact=True).click()
    page.get_by_label("hide papers marked as read").check()
    page.reload()
    assert titles(page)[0] == kept
    assert hidden not in titles(page)
    expect(page.get_by_role("button", name=f"Saved: {kept}", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_label("hide papers marked as read").uncheck()
    assert hidden in titles(page)
    page.goto("/saved")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as BibTeX").click()
    assert kept in download.value.path().read_text()
    page.get_by_role("link", name="Papers similar to these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Papers like these")
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
    expect(page.locator(".reading-list a")).to_have_attribute("href", "/papers/x")
    assert page.locator("#lists img").count() == 0
    page.evaluate("""localStorage.setItem("nearpaper", '{"saved": {"../docs": {}}}')""")
    page.reload()
    expect(page.locator(".reading-list a")).to_have_attribute("href", "/?q=..%2Fdocs")
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


@pytest.mark.slow
@pytest.mark.parametrize("address", PAGES)
def test_nothing_stands_over_on_a_narrow_screen(visit: Open, address: str) -> None:
    page = visit(address, viewport=NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


@pytest.mark.slow
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(visit: Open, address: str) -> None:
    page = visit(address, bypass_csp=True)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found = Axe().run(page)
            assert found.violations_count == 0, (scheme, width, found.generate_report())
