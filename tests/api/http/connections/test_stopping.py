"""A service that is told to stop finishes what it has begun, and says so to whoever comes late."""

from __future__ import annotations

import signal
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.serving import serving

SEARCH = "/api/v1/search?q=speech"
BODY = b'{"questions": ["speech"]}'
HEAD = (
    b"POST /api/v1/search/batch HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)


def begun(address: str) -> socket.socket:
    """A request that is under way until its body comes."""
    url = urlsplit(address)
    assert url.hostname
    assert url.port
    client = socket.create_connection((url.hostname, url.port), timeout=30)
    client.sendall(HEAD)
    assert client.recv(100).startswith(b"HTTP/1.1 100 ")
    return client


def answer(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    client.sendall(BODY)
    received = b""
    while part := client.recv(1 << 16):
        received += part
    return received


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_begun_is_finished_and_what_comes_then_is_told(folder: Path, workers: str) -> None:
    with serving(folder, "--workers", workers) as (address, process):
        until = time.monotonic() + 60
        while True:
            try:
                if httpx2.get(f"{address}/readyz", timeout=30).status_code == 200:
                    break
            except httpx2.TransportError:
                assert time.monotonic() < until
        with begun(address) as client, httpx2.Client(base_url=address, timeout=30) as kept:
            assert kept.get("/healthz").status_code == 200
            process.send_signal(signal.SIGTERM)
            # Each on a connection of its own: none is refused, and none waits.
            while (told := httpx2.get(address + SEARCH, timeout=30)).status_code == 200:
                assert time.monotonic() < until
            time.sleep(1)  # the workers are told one after another
            for _ in range(20):
                told = httpx2.get(address + SEARCH, timeout=5)
                assert told.status_code == 503
                assert told.headers["content-type"] == "application/problem+json"
                assert told.json()["type"] == "urn:nearpaper:problem:stopping"
                assert told.headers["retry-after"] == "2"
                time.sleep(0.05)
            assert httpx2.get(f"{address}/healthz", timeout=5).status_code == 200
            told = httpx2.get(f"{address}/readyz", timeout=5)
            assert (told.status_code, told.json()["title"]) == (503, "Stopping")
            if workers == "1":  # of several, the one that it is connected to may be gone
                assert kept.get(SEARCH).status_code == 503
            found = answer(client)
            assert found.startswith(b"HTTP/1.1 200 ")
            assert b'"total":32' in found.replace(b" ", b"")
        assert process.wait(20) == (0 if workers == "2" else -signal.SIGTERM)
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(f"{address}/healthz")


@pytest.mark.slow
def test_what_does_not_end_is_not_waited_for_without_end(folder: Path) -> None:
    with serving(folder) as (address, process), begun(address):
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        assert 9 < time.monotonic() - started < 20
