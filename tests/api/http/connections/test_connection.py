"""Clients that connect and wait, dribble, or don't read keep nobody else from an answer."""

from __future__ import annotations

import os
import re
import resource
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.http.load.bounds import Bounds
from tests.api.http.served import served
from tests.serving import ROOT, SERVE

QUICK = Bounds(head_seconds=0.5, stalled_seconds=1.0)
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


def left(client: socket.socket) -> bytes:
    """All that still comes until the server closes."""
    client.settimeout(15)
    received = b""
    while part := client.recv(1 << 16):
        received += part
    return received


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "said"), [(b"", b""), (b"GET / HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 408 ")]
)
def test_a_head_that_does_not_come_is_not_waited_for(sent: bytes, said: bytes) -> None:
    with served(hello, QUICK) as address, socket.create_connection(address) as client:
        client.sendall(sent)
        answer = left(client)
        assert answer.startswith(said)
        assert bool(answer) == bool(said)


def test_a_head_that_dribbles_on_a_used_connection_is_not_waited_for() -> None:
    with served(hello, QUICK) as address, socket.create_connection(address) as client:
        client.sendall(GET)
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET / HT")
        assert b"HTTP/1.1 408 " in left(client)


def test_a_body_that_dribbles_after_its_answer_is_not_waited_for() -> None:
    with served(hello, QUICK) as address, socket.create_connection(address) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        begun = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - begun < 20:
                client.sendall(b"x")
                time.sleep(0.1)
        assert time.monotonic() - begun < 15


def test_a_head_of_absurdly_many_lines_is_refused() -> None:
    with served(hello, QUICK) as address:
        for lines, said in ((100, b"HTTP/1.1 200 "), (100_000, b"HTTP/1.1 431 ")):
            with socket.create_connection(address) as client, suppress(ConnectionError):
                client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n")
                client.sendall(b"a: b\r\n" * lines + b"\r\n\n\n\n")
                assert client.recv(4096).startswith(said)


@pytest.mark.slow
def test_a_used_connection_is_kept_for_longer_than_a_head_may_take() -> None:
    with served(hello, QUICK) as address, socket.create_connection(address) as client:
        for _ in range(2):
            client.sendall(GET)
            answer = b""
            while not answer.endswith(b"hello"):
                part = client.recv(4096)
                assert part
                answer += part
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(4 * QUICK.head_seconds)
    with (
        served(hello, replace(QUICK, kept_seconds=1.0)) as address,
        socket.create_connection(address) as client,
    ):
        client.sendall(GET)
        assert left(client).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_who_does_not_read_is_dropped_and_who_reads_slowly_is_not() -> None:
    size = 12 << 20  # more than the system buffers

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        pieces = (b"x" * (1 << 16) for _ in range(size >> 16))
        await StreamingResponse(pieces)(scope, receive, send)

    with served(large, QUICK) as address, ExitStack() as clients:
        idle, slow = (clients.enter_context(socket.socket()) for _ in range(2))
        for client in (idle, slow):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
            client.connect(address)
            client.sendall(GET)
        received, part = 0, b"x"
        slow.settimeout(15)
        while received < size and part:
            part = slow.recv(1 << 17)
            received += len(part)
            time.sleep(0.02)
        assert received >= size
        assert len(left(idle)) < size


def test_beyond_the_most_connections_the_longest_idle_one_goes() -> None:
    bounds = replace(QUICK, connections=3, head_seconds=60)
    with served(hello, bounds) as address, ExitStack() as clients:
        idle = [clients.enter_context(socket.create_connection(address)) for _ in range(3)]
        time.sleep(0.5)  # until all are accepted
        idle[0].sendall(GET)  # the second is now the one that has been idle for the longest
        assert idle[0].recv(4096).startswith(b"HTTP/1.1 200")
        with socket.create_connection(address) as client:
            client.sendall(GET)
            assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert left(idle[1]) == b""
        idle[2].sendall(GET)
        assert idle[2].recv(4096).startswith(b"HTTP/1.1 200")


@pytest.mark.slow
def test_goes_on_answering_with_few_files_and_many_idle_connections(folder: Path) -> None:
    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))

    with subprocess.Popen(
        [*SERVE, "--index", str(folder), "--port", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=few_files,
    ) as process:
        assert process.stderr is not None
        try:
            found = re.search(r"http://(\S+):(\d+)", process.stderr.readline())
            assert found
            address = (found[1], int(found[2]))
            with ExitStack() as clients:
                for _ in range(300):
                    clients.enter_context(socket.create_connection(address))
                for number in range(20):
                    asked = f"http://{found[1]}:{found[2]}/api/v1/search?q=speech+{number}"
                    assert httpx2.get(asked, timeout=10).json()["total"] == 32
        finally:
            process.kill()
