"""Signing in and out with a browser, at a service with keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.http.access.access import access_for
from api.keys.key_file import add_key
from tests.api.browser.conftest import running

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "keys.json"


@pytest.fixture(scope="module")
def secret(keys: Path) -> str:
    return add_key(keys, "ada", "reader", "")


@pytest.fixture(scope="module")
def server(folder: Path, keys: Path, secret: str) -> Iterator[str]:
    """The address of a service that needs a key, instead of the one that needs none."""
    assert secret
    access = access_for("127.0.0.1", keys=keys, open=False, host_names=())
    with running(folder, access) as address:
        yield address


@pytest.mark.parametrize("scripts", [True, False])
def test_signing_in_leads_to_what_was_wanted_and_out_again(
    visit: Open, secret: str, scripts: bool
) -> None:
    page = visit("/?q=graph+kernels", java_script_enabled=scripts)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    page.get_by_label("Your key").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("isn't known here")
    page.get_by_label("Your key").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/?q=graph+kernels")
    expect(page.locator("article .title").first).to_contain_text("graph kernels")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/sign-in")
    page.goto("/daily")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))


def test_signing_out_after_the_cookie_has_ended_leads_to_a_page(visit: Open, secret: str) -> None:
    page = visit("/daily")
    page.get_by_label("Your key").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    page.context.clear_cookies()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Your key").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url("/")
