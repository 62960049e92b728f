"""Probes at a port of their own: answered whatever the other port is asked, and nothing else."""

from __future__ import annotations

import re
import signal
import socket
import statistics
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from api.http.load.bounds import Bounds
from api.keys.key_file import add_key
from tests.api.http.connections.test_stopping import answer, begun
from tests.api.http.served import served
from tests.serving import serving

ASK = b"GET /api/v1/search?q=speech+of+graphs&limit=1&fields=id HTTP/1.1\r\nHost: localhost\r\n\r\n"
BUSY = 50 * ASK
PATHS = {"/healthz": (200,), "/readyz": (200, 503)}
"""What is probed, and what may be told: 503 is right where requests are turned away."""


def probes_of(process: subprocess.Popen[str]) -> str:
    """Where a server that has just said its address answers probes."""
    assert process.stderr is not None
    found = re.fullmatch(r"nearpaper: probes at (\S+)/healthz\n", process.stderr.readline())
    assert found
    return found[1]


def wait_ready(address: str) -> httpx2.Response:
    until = time.monotonic() + 60
    while True:
        try:
            told = httpx2.get(f"{address}/readyz", timeout=30)
            if told.status_code == 200:
                return told
        except httpx2.TransportError:  # no worker listens yet
            pass
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_port_of_probes_answers_those_alone_and_to_the_end(folder: Path, workers: str) -> None:
    options = ("--health-port", "0", "--workers", workers)
    with serving(folder, *options) as (address, process):
        probes = probes_of(process)
        assert wait_ready(probes).json()["papers"] == 32
        assert httpx2.get(f"{probes}/healthz").json() == {"status": "ok"}
        assert httpx2.head(f"{probes}/healthz").status_code == 200
        assert "nearpaper_requests_total" in httpx2.get(f"{probes}/metrics").text
        for other in ("/", "/api/v1/search?q=speech", "/sign-in", "/static/site.css"):
            told = httpx2.get(probes + other)
            assert told.status_code == 404
            assert told.headers["x-content-type-options"] == "nosniff"
        wait_ready(address)
        with begun(address) as client:
            process.send_signal(signal.SIGTERM)
            while (told := httpx2.get(f"{probes}/readyz", timeout=30)).status_code == 200:
                time.sleep(0.05)
            assert told.json()["type"] == "urn:nearpaper:problem:stopping"
            assert httpx2.get(f"{probes}/healthz", timeout=30).status_code == 200
            assert answer(client).startswith(b"HTTP/1.1 200 ")
        process.wait(20)


@pytest.mark.slow
def test_keys_and_hosts_hold_there_as_elsewhere(folder: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    secret = add_key(keys, "ada", "reader", "")
    with serving(folder, "--health-port", "0", "--keys", str(keys)) as (_, process):
        probes = probes_of(process)
        assert wait_ready(probes).json() == {"status": "ready"}
        assert httpx2.get(f"{probes}/metrics").status_code == 401
        headers = {"x-api-key": secret}
        assert httpx2.get(f"{probes}/metrics", headers=headers).status_code == 200
        elsewhere = {**headers, "Host": "evil.example"}
        assert httpx2.get(f"{probes}/metrics", headers=elsewhere).status_code == 421


@pytest.mark.slow
def test_a_loop_that_is_kept_busy_keeps_no_probe_waiting() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/":
            time.sleep(0.05)  # in the loop that answers everybody
        await PlainTextResponse("done")(scope, receive, send)

    with (
        socket.create_server(("127.0.0.1", 0)) as probes,
        served(app, Bounds(), probes) as address,
        ExitStack() as clients,
    ):
        probed = "http://{}:{}/healthz".format(*probes.getsockname())
        for _ in range(200):
            client = clients.enter_context(socket.create_connection(address))
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with httpx2.Client(timeout=30) as prober:
            times = [prober.get(probed).elapsed.total_seconds() for _ in range(20)]
        assert max(times) < 1, times  # at the other port, the first takes ten seconds


@pytest.mark.slow
def test_two_hundred_clients_keep_no_probe_waiting(folder: Path) -> None:
    with serving(folder, "--health-port", "0") as (address, process), ExitStack() as clients:
        probes = probes_of(process)
        wait_ready(probes)
        url = urlsplit(address)
        assert url.hostname
        assert url.port
        for _ in range(200):
            client = socket.create_connection((url.hostname, url.port), timeout=30)
            clients.enter_context(client).sendall(BUSY)
        times = []
        with httpx2.Client(base_url=probes, timeout=30) as prober:
            for _ in range(30):
                for path, statuses in PATHS.items():
                    asked = time.perf_counter()
                    assert prober.get(path).status_code in statuses
                    times.append(time.perf_counter() - asked)
                time.sleep(0.05)
        # The worst are the machine's, where it has more to do than this.
        assert statistics.median(times) < 0.1, sorted(times)
