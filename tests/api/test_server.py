"""``nearpaper serve`` as a process on the loopback interface."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import httpx2
import pytest

from indexer.maintenance import compact, remove
from indexer.pipeline import add

ROOT = Path(__file__).resolve().parents[2]
SERVE = [sys.executable, "-m", "api.cli", "serve"]


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server on a free port: its address and its process."""
    with subprocess.Popen(
        [*SERVE, "--index", str(folder), "--port", "0", *options],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+:\d+", line)
        try:
            assert found, line
            yield found[0], process
        finally:
            process.kill()


def test_serves_until_ctrl_c(folder: Path) -> None:
    with serving(folder) as (address, process):
        assert address.startswith("http://127.0.0.1:")
        response = httpx2.get(f"{address}/api/v1/search", params={"q": "speech"}, timeout=30)
        assert response.json()["total"] == 32
        assert "server" not in response.headers
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


def test_no_request_fails_while_papers_come_and_go(tmp_path: Path) -> None:
    """Eight clients, while papers are removed, added again and compacted."""
    source, index = tmp_path / "a.jsonl", tmp_path / "index"
    records = [{"id": str(n), "title": f"paper {n}", "abstract": "of words"} for n in range(60)]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    add(index, [str(source)], model="hashing")
    done = threading.Event()
    removed: set[tuple[int, str]] = set()

    def ask(address: str) -> list[tuple[int, set[str]]]:
        answers = []
        while not done.is_set():
            response = httpx2.get(f"{address}/api/v1/search?q=paper&limit=99", timeout=30)
            assert response.status_code == 200, response.text
            answer = response.json()
            assert len(answer["results"]) == answer["total"]
            answers.append((answer["generation"], {paper["id"] for paper in answer["results"]}))
        return answers

    with serving(index) as (address, _), ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, address) for _ in range(8)]
        try:
            for number in range(12):
                gone = remove(index, [str(number)])
                removed.add((gone.generation, str(number)))
                if number % 3 == 0:
                    compact(index)
                if number % 4 == 0:
                    add(index, [str(source)])
        finally:
            done.set()
        answers = [answer for client in asking for answer in client.result()]

    assert len({generation for generation, _ in answers}) > 3
    for generation, ids in answers:
        assert not {id for at, id in removed if at == generation} & ids
