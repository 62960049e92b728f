"""How often one client may ask."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.http.access.access import Access
from api.http.app import create_app
from api.http.load.counters import SLOTS, SharedCounters
from api.http.load.rates import Rates, checked_rate, client_of
from api.keys.key_file import add_key
from indexer.errors import UsageError
from search.engine import Engine

SEARCH = "/api/v1/search?q=speech"


def test_a_client_that_asks_too_often_is_told_when_to_ask_again(
    engine: Engine, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    ada, bob = (add_key(keys, name, "reader", "") for name in ("ada", "bob"))
    rates = Rates("3/hour", tmp_path / "counters")
    app = create_app(engine=engine, access=Access(keys=keys, open=True), rates=rates)
    with TestClient(app) as client:
        for remaining in ("2", "1", "0"):
            response = client.get(SEARCH, headers={"x-api-key": ada})
            assert response.status_code == 200
            assert response.headers["ratelimit-limit"] == "3"
            assert response.headers["ratelimit-remaining"] == remaining
            assert 3500 < int(response.headers["ratelimit-reset"]) <= 3600
        refused = client.get(SEARCH, headers={"x-api-key": ada})
        assert refused.status_code == 429
        assert refused.json()["type"] == "urn:nearpaper:problem:too-often"
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        assert client.get(SEARCH, headers={"x-api-key": bob}).status_code == 200
        assert client.get(SEARCH).status_code == 200  # by its address
        for address in ("/healthz", "/readyz", "/static/style.css"):
            assert client.get(address).status_code != 429
        assert client.get("/metrics").status_code == 200
        assert [client.get(one).status_code for one in ("/metrics", "/healthzz")] == [200, 429]
    # The processes of one service count together.
    with TestClient(create_app(engine=engine, access=Access(keys=keys), rates=rates)) as client:
        assert client.get(SEARCH, headers={"x-api-key": ada}).status_code == 429


def test_addresses_that_one_client_can_choose_from_count_as_one() -> None:
    def client(address: str) -> str:
        return client_of({"client": (address, 1)})

    assert client("2001:db8::1") == client("2001:db8::ffff") != client("2001:db8:0:1::1")
    assert client("10.0.0.1") != client("10.0.0.2")
    assert client("::ffff:10.0.0.1") == client("10.0.0.1") != client("::ffff:10.0.0.2")
    assert client_of({}) == ""


@pytest.mark.parametrize(
    "rate", ["", "60", "0/minute", "-1/minute", "6/fortnight", "60/minute;1/day", "1/minute\n"]
)
def test_what_is_no_rate(rate: str) -> None:
    with pytest.raises(UsageError, match="60/minute"):
        checked_rate(rate)


def count(path: Path, times: int) -> None:
    counters = SharedCounters(path)
    for _ in range(times):
        counters.incr("one", 3600)


def test_processes_count_together_and_one_that_was_killed_holds_up_nobody(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    path, endless = tmp_path / "counters", 10**9
    counting = [context.Process(target=count, args=(path, 500)) for _ in range(3)]
    killed = context.Process(target=count, args=(tmp_path / "others", endless))
    for process in (*counting, killed):
        process.start()
    for process in counting:
        process.join()
    assert SharedCounters(path).get("one") == 1500
    others = SharedCounters(tmp_path / "others")
    while not others.get("one"):
        pass
    killed.kill()
    killed.join()
    before = others.get("one")
    assert others.incr("one", 3600) == before + 1


def test_more_clients_than_there_is_room_for_take_no_more_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counters, now = SharedCounters(tmp_path / "counters"), [1000.0]
    monkeypatch.setattr("api.http.load.counters.time.time", time_of(now))
    size = (tmp_path / "counters").stat().st_size
    for number in range(SLOTS // 32):
        assert counters.incr(f"client {number}", 60) == 1
    assert counters.incr("client 7", 60) == 2
    assert (tmp_path / "counters").stat().st_size == size
    now[0] += 61
    assert counters.get("client 7") == 0
    assert counters.incr("client 7", 60) == 1
    counters.clear("client 7")
    assert counters.get("client 7") == 0


def time_of(now: list[float]) -> Callable[[], float]:
    return lambda: now[0]
