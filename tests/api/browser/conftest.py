"""A real browser at a real server; skipped where there is no Chromium."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from api.http.access.access import ANYBODY, Access
from api.http.app import create_app
from search.engine import Engine

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
"""Nothing in the background that asks for hosts of its own."""

Open = Callable[..., Page]


def titles(page: Page) -> list[str]:
    """Of the papers of a page that are shown."""
    return page.locator("article .title:visible").all_inner_texts()


def manage(page: Page) -> None:
    """Open what is folded: names, notes, new lists, imports."""
    if page.locator("#lists details").first.get_attribute("open") is None:
        page.get_by_text("Manage lists").click()
    expect(page.get_by_label("New list")).to_be_visible()


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[str]:
    """The address of a service over the index of the tests of the ways in."""
    with running(folder) as address:
        yield address


@contextmanager
def running(index: Path, access: Access = ANYBODY) -> Iterator[str]:
    """The address of a service over an index, in this process."""
    with Engine.open(index) as engine:
        app = create_app(engine=engine, access=access)
        config = uvicorn.Config(app, port=0, log_config=None, ws="none")
        service = uvicorn.Server(config)
        thread = threading.Thread(target=service.run)
        thread.start()
        while not service.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{service.servers[0].sockets[0].getsockname()[1]}"
        service.should_exit = True
        thread.join()


@pytest.fixture(scope="module")  # while it is open this thread has an event loop of its own
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("there is no chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


def _faults(message: ConsoleMessage) -> Iterator[str]:
    """What a page did wrong; that a page answers with 404 or 422 is none of it."""
    if message.type == "error" and "the server responded with a status of" not in message.text:
        yield message.text


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Open]:
    """Opens an address; at the end nothing may have failed in the browser."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def go(address: str, **options: Any) -> Page:
        context = browser.new_context(base_url=server, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.extend(_faults(message)))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not faults
