"""A service with keys answers who has one, under its own names, to its own pages."""

from __future__ import annotations

import time
from pathlib import Path

import httpx2
import pytest
import trustme
from starlette.testclient import TestClient

from api.cli import run
from api.http.access.access import Access, access_for
from api.http.app import create_app
from api.keys.key_file import KeyRing, add_key, remove_key
from api.keys.tokens import token_for
from indexer.errors import UsageError
from search.engine import Engine
from tests.serving import serving

SEARCH = "/api/v1/search?q=speech"
PAGE = {"accept": "text/html"}


@pytest.mark.parametrize(
    "address",
    [
        *(SEARCH, "/api/v1/papers/2402.00001", "/openapi.json", "/feed.atom?q=speech", "/metrics"),
        *("/api/papers/search?q=x", "/graph/v1/paper/search?query=x", "/nothing", "/"),
        *("/papers/2402.00001.md", "/docs", "/healthz/", "/static", "//healthz"),
    ],
)
def test_without_a_key_nothing_is_told(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="nearpaper"'
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "urn:nearpaper:problem:no-key"
    assert "Bearer" in problem["detail"]


def test_supervisors_need_none(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").status_code in (200, 503)


def test_a_key_is_taken_in_either_header(client: TestClient, secret: str) -> None:
    for headers in (
        {"authorization": f"Bearer {secret}"},
        {"authorization": f"bearer  {secret}"},
        {"x-api-key": secret},
    ):
        assert client.get(SEARCH, headers=headers).json()["total"] == 32
    for headers in (
        {"authorization": f"Bearer {secret}x"},
        {"authorization": f"Basic {secret}"},
        {"x-api-key": "np_" + "x" * 43},
        {"authorization": "Bearer", "x-api-key": ""},
    ):
        response = client.get(SEARCH, headers=headers)
        assert response.status_code == 401
        assert secret not in response.text


def test_a_running_service_takes_up_keys(client: TestClient, file: Path, secret: str) -> None:
    other = add_key(file, "bob", "reader", "")
    assert client.get(SEARCH, headers={"x-api-key": other}).status_code == 200
    remove_key(file, "ada")
    assert client.get(SEARCH, headers={"x-api-key": secret}).status_code == 401
    file.write_text("no keys", encoding="utf-8")
    assert client.get(SEARCH, headers={"x-api-key": other}).status_code == 401


def test_a_browser_signs_in_once(client: TestClient, secret: str) -> None:
    asked = client.get("/papers/2402.00001?a=b&c=d", headers=PAGE)
    assert asked.status_code == 303
    form = client.get(asked.headers["location"])
    assert 'value="/papers/2402.00001?a=b&amp;c=d"' in form.text
    wrong = client.post("/sign-in", data={"key": "wrong", "next": "/daily"})
    assert wrong.status_code == 401
    assert "set-cookie" not in wrong.headers
    assert 'value="/daily"' in wrong.text
    right = client.post("/sign-in", data={"key": secret, "next": "/papers/2402.00001?a=b&c=d"})
    assert (right.status_code, right.headers["location"]) == (303, "/papers/2402.00001?a=b&c=d")
    cookie = right.headers["set-cookie"]
    assert secret not in cookie
    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    assert client.get("/", headers=PAGE).status_code == 200
    assert client.get(SEARCH).json()["total"] == 32
    client.post("/sign-out")
    assert client.get("/", headers=PAGE).status_code == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil",
        "evil",
        "",
        "/\r\nx: y",
    ],
)
def test_signing_in_leads_nowhere_else(client: TestClient, secret: str, wanted: str) -> None:
    response = client.post("/sign-in", data={"key": secret, "next": wanted})
    assert response.headers["location"] == "/"


def test_a_feed_takes_a_token_that_opens_nothing_else(
    client: TestClient, file: Path, secret: str
) -> None:
    token = token_for(KeyRing(file).keys()[0], "feed")
    response = client.get(f"/feed.atom?q=speech&token={token}")
    assert response.status_code == 200
    assert token not in response.text
    things = ("/authors?name=Zo%C3%AB+Shared", "/categories/math?", "/years/2024?")
    for thing in things:
        response = client.get(f"{thing}&format=atom&token={token}")
        assert response.status_code == 200
        assert token not in response.text
        for others in ("", "&format=bibtex", "&format=atom&format=bibtex"):
            assert client.get(f"{thing}{others}&token={token}").status_code == 401
    assert client.get(f"{SEARCH}&token={token}").status_code == 401
    assert client.get(f"{SEARCH}&format=atom&token={token}").status_code == 401
    assert client.get(f"/feed.atom?q=speech&token={secret}").status_code == 401
    client.cookies.set("nearpaper_session", token)
    assert client.get(SEARCH).status_code == 401
    assert client.get(f"/feed.atom?q=speech&token={token}").status_code == 200


def test_no_cookie_holds_the_service_up(client: TestClient) -> None:
    cookie = "; ".join(['nearpaper_session="' + "\\\\" * 50_000 + '"'] * 2)
    begun = time.process_time()
    assert client.get(SEARCH, headers={"cookie": cookie}).status_code == 401
    assert time.process_time() - begun < 2


def test_changes_need_an_admin_and_no_cookie(client: TestClient, file: Path, secret: str) -> None:
    address, admin = "/api/v1/admin/status", add_key(file, "root", "admin", "")
    refused = client.get(address, headers={"x-api-key": secret})
    assert refused.status_code == 403
    assert refused.json()["type"] == "urn:nearpaper:problem:not-allowed"
    assert client.get(address).status_code == 401
    client.post("/sign-in", data={"key": admin})
    assert client.get(SEARCH).status_code == 200
    assert client.get(address).status_code == 401
    assert client.get(address, headers={"x-api-key": admin}).status_code == 404


def test_open_for_readers_and_closed_for_changes(engine: Engine, file: Path, secret: str) -> None:
    with TestClient(create_app(engine=engine, access=Access(keys=file, open=True))) as client:
        assert client.get(SEARCH).status_code == 200
        assert client.get(SEARCH, headers={"x-api-key": "wrong"}).status_code == 401
        assert client.get("/api/v1/admin/status").status_code == 401
        assert client.get("/api/v1/admin/status", headers={"x-api-key": secret}).status_code == 403


@pytest.mark.parametrize(
    ("listening", "host", "status"),
    [
        ("127.0.0.1", "localhost:8000", 200),
        ("127.0.0.1", "127.0.0.1", 200),
        ("127.0.0.1", "[::1]:8000", 200),
        ("127.0.0.1", "LOCALHOST.", 200),
        ("127.0.0.1", "papers.example.org", 200),
        ("127.0.0.1", "evil.example", 421),
        ("127.0.0.1", "127.0.0.1.evil.example", 421),
        ("127.0.0.1", "192.168.0.7", 421),
        ("0.0.0.0", "192.168.0.7:8000", 200),  # noqa: S104
        ("0.0.0.0", "[fe80::1]", 200),  # noqa: S104
        ("0.0.0.0", "evil.example", 421),  # noqa: S104
        ("0.0.0.0", "[evil", 421),  # noqa: S104
        ("0.0.0.0", "localhost@evil.example", 421),  # noqa: S104
    ],
)
def test_other_hosts_are_refused_and_never_echoed(
    engine: Engine, listening: str, host: str, status: int
) -> None:
    access = access_for(listening, keys=None, open=True, host_names=("Papers.example.org",))
    with TestClient(create_app(engine=engine, access=access)) as client:
        for address in ("/", SEARCH, "/feed.atom?q=speech", "/daily/"):
            response = client.get(address, headers={"host": host}, follow_redirects=False)
            assert response.status_code in (status, 307)
            if status != 200:
                assert response.status_code == status
                assert host not in response.text
                assert response.json()["type"] == "urn:nearpaper:problem:unknown-host"
        assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_scripts_of_other_sites_change_nothing_and_read_what_is_allowed(engine: Engine) -> None:
    access = access_for(
        "127.0.0.1",
        keys=None,
        open=False,
        host_names=("testserver",),
        origins=("https://a.example",),
    )
    body = {"questions": ["speech"]}
    with TestClient(create_app(engine=engine, access=access)) as client:
        for origin, status in (
            ("http://testserver", 200),
            ("https://a.example", 200),
            ("https://b.example", 403),
            ("https://a.example.b.example", 403),
            ("null", 403),
            ("http://[", 403),
            ("http://[x]", 403),
        ):
            headers = {"origin": origin}
            response = client.post("/api/v1/search/batch", json=body, headers=headers)
            assert response.status_code == status, origin
            read = client.get(SEARCH, headers=headers)
            allowed = read.headers.get("access-control-allow-origin")
            assert allowed == (origin if origin == "https://a.example" else None)


def test_others_can_ask_only_where_somebody_says_who_may(folder: Path, file: Path) -> None:
    with pytest.raises(UsageError, match="say --open"):
        access_for("0.0.0.0", keys=None, open=False, host_names=())  # noqa: S104
    assert run(["serve", "--index", str(folder), "--host", "0.0.0.0"]) == 2  # noqa: S104
    assert run(["serve", "--index", str(folder), "--keys", str(file), "--port", "0"]) == 2
    assert run(["serve", "--index", str(folder), "--cors-origin", "example.org"]) == 2


def test_serves_by_https_and_logs_no_key(folder: Path, file: Path, secret: str) -> None:
    authority = trustme.CA()
    certificate, private = file.with_name("cert.pem"), file.with_name("key.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(private)
    for pem in issued.cert_chain_pems:
        pem.write_to_path(certificate, append=True)
    import ssl

    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    options = ("--keys", file, "--tls-cert", certificate, "--tls-key", private)
    with serving(folder, *map(str, options)) as (address, process):
        assert address.startswith("https://")
        with httpx2.Client(base_url=address, verify=trusted, timeout=30) as client:
            assert client.get(SEARCH).status_code == 401
            signed = client.post("/sign-in", data={"key": secret})
            assert "Secure" in signed.headers["set-cookie"]
            assert client.get(SEARCH, headers={"x-api-key": secret}).status_code == 200
        process.terminate()
        assert process.stderr is not None
        assert secret not in process.stderr.read()
    assert run(["serve", "--index", str(folder), "--tls-key", str(private)]) == 2
    assert run(["serve", "--index", str(folder), "--tls-cert", str(private)]) == 2
