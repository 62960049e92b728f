"""The file that ``nearpaper map`` writes, as people use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from api.pages.map.map_page import map_page
from search.map.map import Heading, Map
from search.map.regions import Region

HOSTILE = "Hostile </script><script>alert(1)</script> <img src=x onerror=alert(2)> titles"
CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))
TOPICS = ("Protein Folding", "Speech", "Graph Kernels", HOSTILE)
Show = Callable[..., Page]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A map of four heaps of 25 papers."""
    places = np.repeat(np.array(CORNERS), 25, axis=0)
    places += np.tile(np.stack(np.divmod(np.arange(25), 5), axis=1) * 0.01, (4, 1))
    papers = tuple(
        Heading(
            id=f"p{number}",
            title=f"{TOPICS[number // 25]}, part {number}",
            date=f"202{number % 4}-05-01",
            url=f"https://example.org/{number}" if number else "",
            categories=("cs.CL",) if number % 2 else ("math.OC",),
        )
        for number in range(100)
    )
    coarse, fine = (
        tuple(
            Region(f"{topic}{more}", x + 0.02, y + 0.02, 25)
            for topic, (x, y) in zip(TOPICS, CORNERS, strict=True)
        )
        for more in ("", ", nearer")
    )
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(map_page(Map(papers, places, (coarse, fine), 100), None), "utf-8")
    return path


def _errors(told: ConsoleMessage) -> list[str]:
    return [told.text] if told.type == "error" else []


@pytest.fixture
def show(browser: Browser, file: Path) -> Iterator[Show]:
    """Opens the file; at the end nothing may have failed, and no host may have been asked."""
    faults: list[str] = []
    contexts = []

    def go(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1000, "height": 700}, **options})
        contexts.append(context)
        # What a click opens is as far as it goes: the host is never asked.
        context.route("https://example.org/**", lambda route: route.fulfill(body="opened"))
        page = context.new_page()
        page.on("console", lambda told: faults.extend(_errors(told)))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: faults.extend({asked.url} - {file.as_uri()}))
        page.goto(file.as_uri())
        return page

    yield go
    for context in contexts:
        context.close()
    assert not faults


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the map is on the screen now."""
    edge = page.locator("#map").bounding_box()
    assert edge
    right, below = page.evaluate(f"[toX({x}), toY({y})]")
    return edge["x"] + right, edge["y"] + below


def inked(page: Page) -> int:
    """How many pixels of the canvas are drawn on."""
    return int(
        page.evaluate(
            """new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
                const {data} = pen.getImageData(0, 0, canvas.width, canvas.height);
                let drawn = 0;
                for (let k = 3; k < data.length; k += 4) drawn += data[k] > 0;
                done(drawn);
            })))"""
        )
    )


def test_hovering_shows_a_title_and_a_click_opens_the_paper(show: Show) -> None:
    page = show()
    card = page.locator("#card")
    expect(card).to_be_hidden()
    page.mouse.move(*spot(page, 0.9, 0.1))
    expect(card).to_have_text("Speech, part 252021-05-01 · cs.CL")
    with page.context.expect_page() as opened:
        page.mouse.click(*spot(page, 0.9, 0.1))
    assert opened.value.url == "https://example.org/25"
    page.mouse.move(*spot(page, 0.5, 0.5))
    expect(card).to_be_hidden()


def test_a_paper_without_an_address_opens_nothing(show: Show) -> None:
    page = show()
    page.mouse.click(*spot(page, 0.1, 0.1))
    expect(page.locator("#card")).to_contain_text("Protein Folding, part 0")
    assert len(page.context.pages) == 1


def test_searching_titles_leaves_only_those_bright(show: Show) -> None:
    page = show()
    page.get_by_role("searchbox", name="Find by title").fill("GRAPH kern 7")
    expect(page.get_by_role("status")).to_have_text("7 titles have these words")
    found = page.get_by_role("region", name="Found").get_by_role("link")
    assert found.all_inner_texts() == [
        f"Graph Kernels, part {number}" for number in (57, 67, *range(70, 75))
    ]
    expect(found.first).to_have_attribute("href", "https://example.org/57")
    found.first.hover()
    expect(page.locator("#card")).to_contain_text("Graph Kernels, part 57")
    page.mouse.move(*spot(page, 0.9, 0.1))  # what isn't found can't be pointed at
    expect(page.locator("#card")).to_be_hidden()
    page.get_by_role("searchbox").fill("")
    expect(page.get_by_role("region", name="Found")).to_be_hidden()
    page.get_by_role("searchbox").fill("nowhere")
    expect(page.get_by_role("status")).to_have_text("0 titles have these words")


def test_the_legend_takes_classes_away(show: Show) -> None:
    page = show()
    legend = page.locator("#legend")
    assert re.findall(r"[a-z.A-Z]{4,}", legend.inner_text()) == ["cs.CL", "math.OC"]
    before = inked(page)
    legend.get_by_label("cs.CL").uncheck()
    fewer = inked(page)
    assert fewer < before
    page.mouse.move(*spot(page, 0.9, 0.1))
    expect(page.locator("#card")).to_contain_text("math.OC")  # the nearest of those left
    page.get_by_role("combobox", name="Colour by").select_option("year")
    expect(legend.get_by_label("2021")).to_be_checked()
    assert inked(page) > fewer


def test_keys_move_zoom_and_open(show: Show) -> None:
    page = show()
    canvas = page.get_by_role("application", name="Map of the papers")
    canvas.focus()
    at = "[view.x, view.y, view.size]"
    x, y, size = page.evaluate(at)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("+")
    assert [now > old for now, old in zip(page.evaluate(at), (x, y, size), strict=True)] == [
        True
    ] * 3
    page.keyboard.press("0")
    assert page.evaluate(at) == [x, y, size]
    page.evaluate("goTo(0.1, 0.9, 3)")
    page.keyboard.press("+")
    expect(page.locator("#card")).to_contain_text("Graph Kernels, part 50")
    expect(page.get_by_role("status")).to_contain_text("Graph Kernels, part 50")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    assert opened.value.url == "https://example.org/50"


def test_the_mouse_drags_and_the_wheel_zooms_at_the_pointer(show: Show) -> None:
    page = show()
    x, y = spot(page, 0.9, 0.9)
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    expect(page.locator("#card")).to_be_hidden()
    page.mouse.move(x + 1, y)
    expect(page.locator("#card")).to_contain_text("part 75")  # where it was
    page.mouse.down()
    page.mouse.move(x - 100, y - 50, steps=4)
    page.mouse.up()
    page.mouse.move(x - 99, y - 50)
    expect(page.locator("#card")).to_contain_text("part 75")
    assert len(page.context.pages) == 1


def test_a_finger_gets_a_card_with_a_link(show: Show) -> None:
    page = show(has_touch=True)
    page.touchscreen.tap(*spot(page, 0.1, 0.9))
    link = page.locator("#card a")
    expect(link).to_have_text("Graph Kernels, part 50")
    expect(link).to_have_attribute("href", "https://example.org/50")
    page.touchscreen.tap(*spot(page, 0.5, 0.5))
    expect(page.locator("#card")).to_be_hidden()


def test_a_region_leads_to_itself(show: Show) -> None:
    page = show()
    page.get_by_role("button", name="Speech, nearer").click()
    x, y = page.evaluate("[view.x, view.y]")
    assert (x, y) == pytest.approx((0.92, 0.12))


def test_titles_run_nothing(show: Show) -> None:
    page = show()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.mouse.move(*spot(page, 0.9, 0.9))
    expect(page.locator("#card")).to_contain_text("</script><script>alert(1)</script>")
    page.get_by_role("searchbox").fill("hostile")
    expect(page.get_by_role("region", name="Found").get_by_role("link").first).to_be_visible()
    assert page.locator("img").count() == 0
    assert not dialogs


def test_without_scripts_it_says_why_and_lists_the_regions(show: Show) -> None:
    page = show(java_script_enabled=False)
    # Playwright switches scripts off only after Chromium has left out what stands for them.
    assert "The map needs JavaScript" in page.content()
    expect(page.get_by_role("button", name="Speech, nearer")).to_be_visible()


def test_nothing_stands_over_on_a_narrow_screen(show: Show) -> None:
    page = show(viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert inked(page) > 0


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(show: Show, scheme: str) -> None:
    page = show(bypass_csp=True, color_scheme=scheme)
    page.get_by_role("searchbox").fill("speech")
    expect(page.get_by_role("region", name="Found")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
