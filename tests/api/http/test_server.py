"""``nearpaper serve`` as a process on the loopback interface."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import httpx2
import pytest

from tests.serving import ROOT, SERVE, serving


def test_serves_until_ctrl_c(folder: Path) -> None:
    with serving(folder) as (address, process):
        assert address.startswith("http://127.0.0.1:")
        response = httpx2.get(f"{address}/api/v1/search", params={"q": "speech"}, timeout=30)
        assert response.json()["total"] == 32
        assert "server" not in response.headers
        with httpx2.Client(base_url=address, timeout=30) as kept:
            assert kept.head("/feed.atom?q=speech").content == b""
            assert kept.get("/healthz").status_code == 200
        too_long = f"{address}/api/v1/search?q={quote(100_000 * 'é')}"
        with pytest.raises(HTTPError) as caught:
            urlopen(too_long)  # noqa: S310 - http on loopback
        with caught.value as error:
            assert error.code == 422
            assert error.headers["content-type"] == "application/problem+json"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read() == ""
        assert process.stderr.read() == "nearpaper: stopped\n"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_serves_over_ipv6(folder: Path) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with serving(folder, "--host", "::1") as (address, _):
        assert address.startswith("http://[::1]:")
        assert httpx2.get(f"{address}/healthz", timeout=30).status_code == 200


@pytest.mark.slow
def test_an_answer_is_not_held_back_until_its_head_is_acknowledged(folder: Path) -> None:
    with serving(folder) as (address, _), httpx2.Client(base_url=address, timeout=30) as client:
        times = [client.get("/healthz").elapsed.total_seconds() for _ in range(40)]
    # A connection's first answers are acknowledged at once; later ones only after 40 ms.
    assert min(times[20:]) < 0.035


def test_a_port_in_use_is_one_line(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*SERVE, "--index", str(folder), "--port", str(port)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
