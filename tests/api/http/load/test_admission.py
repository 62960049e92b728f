"""However much is asked at once, the service goes on answering."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import Any

import httpx2
import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.http.app import create_app
from api.http.load.admission import Admission
from api.http.load.bounds import Bounds
from search.engine import Engine
from search.stopping import UnwantedError, require_wanted
from tests.api.http.served import served

FEW = Bounds(running=1, waiting=1, slow_running=1, slow_waiting=1)


class Held:
    """A reranker that takes until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.calls = Event(), Event(), 0

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls += 1
        self.begun.set()
        assert self.go_on.wait(30)
        require_wanted()
        return np.zeros(len(texts), np.float32)


@contextmanager
def asked(host: str, port: int) -> Iterator[tuple[httpx2.Client, ThreadPoolExecutor]]:
    with (
        httpx2.Client(base_url=f"http://{host}:{port}", timeout=30) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        yield client, pool


def settled(future: Future[httpx2.Response], status: int) -> dict[str, Any]:
    response = future.result(30)
    assert response.status_code == status, response.text
    found: dict[str, Any] = response.json()
    return found


def test_slow_requests_wait_in_a_line_of_their_own(engine: Engine) -> None:
    reranker = Held()
    app = create_app(engine=engine, reranker=reranker, bounds=FEW)
    with served(app, FEW) as address, asked(*address) as (client, pool):
        slow = "/api/v1/search?q=speech&rerank=true"
        asking = [pool.submit(client.get, slow) for _ in range(3)]
        refused = next(as_completed(asking, 30))  # one is worked on, one waits
        assert refused.result().headers["retry-after"] == "2"
        problem = settled(refused, 503)
        assert problem["type"] == "urn:nearpaper:problem:overloaded"
        assert problem["detail"].endswith("try again in a few seconds")
        assert client.get("/api/v1/search?q=speech").json()["total"] == 32
        assert client.get("/healthz").status_code == 200
        reranker.go_on.set()
        for future in set(asking) - {refused}:
            assert settled(future, 200)["total"] == 32
        assert client.get(slow).status_code == 200


def test_who_waits_too_long_is_told_and_the_work_stops(engine: Engine) -> None:
    reranker = Held()
    bounds = replace(FEW, slow_deadline=0.5)
    app = create_app(engine=engine, reranker=reranker, bounds=bounds)
    with served(app, bounds) as address, asked(*address) as (client, pool):
        slow = "/api/v1/search?q=speech&rerank=true"
        running, waiting = pool.submit(client.get, slow), pool.submit(client.get, slow)
        for future in (running, waiting):
            assert settled(future, 503)["type"] == "urn:nearpaper:problem:deadline"
            assert future.result().headers["retry-after"] == "2"
        # The turn lasts as long as its work; the one who waited for it never began.
        assert reranker.calls == 1
        reranker.go_on.set()
        while client.get(slow).status_code == 503:
            time.sleep(0.01)
        assert reranker.calls == 2


@pytest.mark.slow
def test_work_stops_when_its_client_is_gone() -> None:
    begun, stopped = Event(), Event()

    def work() -> None:
        begun.set()
        until = time.monotonic() + 20
        try:
            while time.monotonic() < until:
                require_wanted()
                time.sleep(0.01)
        except UnwantedError:
            stopped.set()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        from anyio import to_thread

        await to_thread.run_sync(work)
        await PlainTextResponse("done")(scope, receive, send)

    with served(Admission(app, FEW), FEW) as address:
        with socket.create_connection(address) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert begun.wait(10)
            assert not stopped.is_set()
        assert stopped.wait(10)


def test_a_batch_ends_when_its_client_is_gone(engine: Engine) -> None:
    bounds = replace(FEW, slow_running=1, slow_waiting=0)
    body = b'{"questions": [' + b",".join([b'"speech"'] * 1000) + b"]}"
    head = b"POST /api/v1/search/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(body)
    with served(create_app(engine=engine, bounds=bounds), bounds) as address:
        with socket.create_connection(address) as client:
            client.sendall(head + body)
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        with asked(*address) as (other, _):
            until = time.monotonic() + 20
            question = {"questions": ["speech"]}
            while other.post("/api/v1/search/batch", json=question).status_code == 503:
                assert time.monotonic() < until
                time.sleep(0.01)


async def lengths(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


def test_a_slow_body_holds_no_turn_and_is_given_up() -> None:
    bounds = replace(FEW, body_seconds=0.5)
    with (
        served(Admission(lengths, bounds), bounds) as address,
        asked(*address) as (client, _),
        socket.create_connection(address) as slow,
    ):
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345")
        assert client.post("/", content=b"123").text == "3"
        slow.settimeout(10)
        answer = b""
        while part := slow.recv(4096):  # until it is closed
            answer += part
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"application/problem+json" in answer


def test_all_bodies_together_are_bounded() -> None:
    bounds = replace(FEW, body_bytes=100_000)
    with served(Admission(lengths, bounds), bounds) as address, asked(*address) as (client, _):
        with socket.create_connection(address) as half:
            half.sendall(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + b"x" * 60_000
            )
            until = time.monotonic() + 10
            while (refused := client.post("/", content=b"x" * 60_000)).status_code == 200:
                assert time.monotonic() < until
            assert refused.status_code == 503
            assert client.post("/", content=b"x" * 20_000).text == "20000"
        while client.post("/", content=b"x" * 60_000).status_code == 503:
            assert time.monotonic() < until
            # What was held is let go.
        assert client.post("/", content=b"x" * 100_000).text == "100000"


@pytest.mark.parametrize(
    "address",
    [
        "/feed.atom?q=speech&explain=true",
        "/api/papers/search?q=speech&explain=true",
        "/api/v1/search?q=speech&explain=true&format=bibtex",
        "/api/v1/search?q=speech&explain=true&fields=id,title",
        "/api/v1/similar?text=speech&explain=true&fields=id",
    ],
)
def test_nothing_is_explained_that_is_not_shown(
    engine: Engine, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from starlette.testclient import TestClient

    from search.answer import reasons
    from search.answer.explain import nearest_sentences

    asked: list[int] = []

    def counted(*given: Any) -> Any:
        asked.append(1)
        return nearest_sentences(*given)

    monkeypatch.setattr(reasons, "nearest_sentences", counted)
    with TestClient(create_app(engine=engine)) as client:
        assert client.get(address).status_code == 200
        assert not asked
        assert client.get("/api/v1/search?q=speech&explain=true").status_code == 200
        assert asked
