"""What goes with an answer to whoever has a key or has signed in."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from api.http.access.access import Access
from api.http.access.authorisation import COOKIE
from api.http.app import create_app
from api.keys.key_file import KeyRing
from api.keys.tokens import token_for
from search.engine import Engine

SEARCH = "/api/v1/search?q=speech"
PAGE = {"accept": "text/html"}


def session(file: Path) -> str:
    """A cookie for the first key of a file."""
    return token_for(KeyRing(file).keys()[0], "session")


def test_no_cache_on_the_way_keeps_what_needs_a_key(
    client: TestClient, engine: Engine, file: Path, secret: str
) -> None:
    ways = ({"x-api-key": secret}, {"cookie": f"{COOKIE}={session(file)}"})
    told = {SEARCH: "no-cache", "/": "no-cache", "/api/v1/suggest?q=on": "max-age=60"}
    told |= {"/feed.atom?q=speech": "no-cache", "/nothing": "no-cache"}
    for headers in ways:
        for address, rest in told.items():
            kept = client.get(address, headers=headers).headers["cache-control"]
            assert kept == f"private, {rest}", address
    assert client.get(SEARCH).headers["cache-control"] == "private, no-cache"
    for free in ("/static/style.css", "/healthz", "/readyz", "/sign-in"):
        assert "cache-control" not in client.get(free).headers
    with TestClient(create_app(engine=engine, access=Access(keys=file, open=True))) as everybody:
        assert "cache-control" not in everybody.get(SEARCH).headers


def test_only_who_signed_in_can_sign_out(client: TestClient, file: Path, secret: str) -> None:
    button = '<form action="/sign-out" method="post">'
    assert button not in client.get("/", headers={"x-api-key": secret}).text
    signed = {"cookie": f"{COOKIE}={session(file)}"}
    assert button in client.get("/", headers=signed).text
    assert button in client.get("/nothing", headers={**signed, **PAGE}).text
    assert button not in client.get("/sign-in", headers=signed).text
    assert button not in client.get("/", headers={"x-api-key": secret}).text


def test_signing_in_leads_to_no_address_that_takes_forms_alone(client: TestClient) -> None:
    asked = client.post("/sign-out", headers=PAGE)
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2F")
