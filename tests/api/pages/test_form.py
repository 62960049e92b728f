"""Addresses hold what was set, and nothing else."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.http.app import create_app
from search.engine import Engine

BROWSER = {"accept": "text/html"}


@pytest.fixture
def unled(engine: Engine) -> TestClient:
    """A client that goes where it is sent only when told."""
    return TestClient(create_app(engine=engine), follow_redirects=False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/?q=", "/"),
        ("/?q=speech&after=&before=&category=&mode=hybrid&limit=10", "/?q=speech"),
        ("/?q=speech&category=cs&category=&sort=relevance", "/?q=speech&category=cs"),
        ("/?q=speech&offset=0", "/?q=speech"),
        ("/?q=+speech+&offset=10", "/?q=speech&offset=10"),
        ("/?q=speech&similar=2402.00001", "/?q=speech"),
        ("/?similar=2402.00001&text=", "/?similar=2402.00001"),
        ("/?utm_source=mail", "/"),
        ("/?q=ceci%20n%27est&min_score=0.0", "/?q=ceci+n%27est"),
    ],
)
def test_old_addresses_lead_to_clean_ones(unled: TestClient, old: str, new: str) -> None:
    answer = unled.get(old, headers=BROWSER)
    assert answer.status_code == 307
    assert answer.headers["location"] == new
    assert unled.get(new, headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?q=speech",
        "/?category=cs&q=speech",
        "/?q=speech&limit=5&explain=1",
        "/?similar=2402.00001&not=2403.00002&text=on+speech",
        "/?q=speech&literal=true&category=cs&category=math&offset=10",
    ],
)
def test_clean_addresses_stay(unled: TestClient, address: str) -> None:
    assert unled.get(address, headers=BROWSER).status_code == 200
