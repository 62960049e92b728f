"""One service by several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from api.cli import run
from tests.serving import SERVE, serving

SEARCH = "/api/v1/search?q=speech"


def workers_of(process: int) -> list[int]:
    """Those that have loaded their application; what multiprocessing needs beside is none."""
    found = []
    for one in psutil.Process(process).children():
        with suppress(psutil.NoSuchProcess):  # a zombie, too
            if any("spawn_main" in part for part in one.cmdline()):
                found.append(one.pid)
    return found


@pytest.fixture
def service(folder: Path) -> Iterator[tuple[str, int, httpx2.Client]]:
    with serving(folder, "--workers", "2", "--rate-limit", "5/hour") as (address, process):
        # A connection each, so that both workers get some.
        limits = httpx2.Limits(max_keepalive_connections=0)
        with httpx2.Client(base_url=address, timeout=30, limits=limits) as client:
            until = time.monotonic() + 60
            while client.get("/readyz").status_code != 200:
                assert time.monotonic() < until
                time.sleep(0.1)
            yield address, process.pid, client


@pytest.mark.slow
def test_workers_share_limits_and_metrics_and_are_replaced(
    service: tuple[str, int, httpx2.Client],
) -> None:
    _, supervisor, client = service
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.get, SEARCH) for _ in range(12)]
        statuses = [one.result().status_code for one in asked]
    assert statuses.count(200) == 5
    assert statuses.count(429) == 7
    first = workers_of(supervisor)
    assert len(first) == 2
    os.kill(first[0], signal.SIGKILL)
    until = time.monotonic() + 60
    while len(now := set(workers_of(supervisor))) < 2 or first[0] in now:
        assert time.monotonic() < until
        assert client.get("/healthz").status_code == 200  # the other goes on
        time.sleep(0.1)
    assert client.get(SEARCH).status_code == 429  # what was counted is kept
    told = client.get("/metrics")
    assert told.status_code == 429 or "nearpaper_requests_total" in told.text


@pytest.mark.slow
def test_told_to_stop_they_end_and_leave_nothing(folder: Path) -> None:
    with serving(folder, "--workers", "2") as (address, process):
        until = time.monotonic() + 60
        while True:
            try:
                if httpx2.get(f"{address}/readyz", timeout=30).status_code == 200:
                    break
            except httpx2.TransportError:
                assert time.monotonic() < until
            time.sleep(0.1)
        workers = workers_of(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert not [pid for pid in workers if psutil.pid_exists(pid)]


@pytest.mark.slow
def test_workers_end_with_a_supervisor_that_was_killed(folder: Path) -> None:
    with serving(folder, "--workers", "2") as (address, process):
        until = time.monotonic() + 60
        while len(workers := workers_of(process.pid)) < 2:
            assert time.monotonic() < until
            time.sleep(0.1)
        while True:
            try:
                assert httpx2.get(f"{address}/healthz", timeout=30).status_code == 200
                break
            except httpx2.TransportError:
                assert time.monotonic() < until
        process.kill()
        while [pid for pid in workers if psutil.pid_exists(pid)]:
            assert time.monotonic() < until
            time.sleep(0.1)


@pytest.mark.slow
def test_workers_that_cannot_start_end_the_service_with_a_line_that_says_why(
    folder: Path, tmp_path: Path
) -> None:
    options = ("--index", str(folder), "--port", "0", "--workers", "2")
    ended = subprocess.run(
        [*SERVE, *options, "--rerank", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.splitlines()
    assert str(tmp_path / "none") in lines[-2]
    assert "a worker can't start" in lines[-1]


@pytest.mark.slow
def test_a_worker_that_cannot_start_again_leaves_the_others_answering(
    folder: Path, tmp_path: Path
) -> None:
    keys = tmp_path / "keys.json"
    assert run(["keys", "add", "lab", "--file", str(keys)]) == 0
    with serving(folder, "--workers", "2", "--keys", str(keys)) as (address, process):
        until = time.monotonic() + 60
        while len(workers := workers_of(process.pid)) < 2 or not _answers(address):
            assert time.monotonic() < until
            time.sleep(0.1)
        time.sleep(2)  # the supervisor has seen both answer
        keys.chmod(0o644)  # which a service refuses to start with
        os.kill(workers[0], signal.SIGKILL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            assert process.poll() is None
            time.sleep(0.1)
        assert _answers(address)
        assert workers[1] in workers_of(process.pid)


def _answers(address: str) -> bool:
    with suppress(httpx2.TransportError):
        return httpx2.get(f"{address}/healthz", timeout=30).status_code == 200
    return False


def test_what_no_worker_could_start_with_is_told_at_once(folder: Path, tmp_path: Path) -> None:
    serve = ["serve", "--index", str(folder), "--port", "0", "--workers", "2"]
    assert run([*serve, "--rate-limit", "often"]) == 2
    assert run([*serve, "--keys", str(tmp_path / "none")]) == 2
    assert run(["serve", "--index", str(tmp_path / "none"), "--workers", "2"]) == 3
