"""``nearpaper serve`` as a real process, asked by many clients at once from this one."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import httpx2

from tests.bench.measures import Latency, Memory, ratio
from tests.bench.plots import Bars
from tests.bench.report import Table

CLIENTS = (1, 4, 16, 64)
PATIENCE_SECONDS = 60
_ADDRESS = re.compile(r"http://[\w.:\[\]]+")
# uvloop comes with a peer, not with nearpaper: hidden, so that what users get is measured.
_SERVE = "import sys; sys.modules['uvloop'] = None; from api.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of clients got.

    Attributes:
        clients: Each asks its next question when it has the answer to the last.
        rate: Answers a second, all clients together.
        latency: Of an answer.
        errors: Requests that failed or were answered by anything but 200.
    """

    clients: int
    rate: float
    latency: Latency
    errors: int


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, int]]:
    """A server on a free port: its address and its process id."""
    command = [sys.executable, "-c", _SERVE, "serve", "--index", str(folder), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            if (address := _ADDRESS.search(line)) is None:
                raise RuntimeError(f"nearpaper serve: {line}{process.stderr.read()}")
            yield address[0], process.pid
        finally:
            process.kill()


def loads(folder: Path, questions: Sequence[str], span: float) -> tuple[list[Load], Memory]:
    """``span`` seconds of each number of clients, and what the server takes at the end."""
    with serving(folder) as (address, process):
        asyncio.run(_load(address, questions, 1, min(1.0, span)))
        found = [asyncio.run(_load(address, questions, some, span)) for some in CLIENTS]
        return found, Memory.now(process)


async def _load(address: str, questions: Sequence[str], clients: int, span: float) -> Load:
    asked, times, errors = cycle(questions), list[float](), 0
    limits = httpx2.Limits(max_connections=clients)
    started = time.perf_counter()

    async def one(client: httpx2.AsyncClient) -> None:
        nonlocal errors
        while (begun := time.perf_counter()) < started + span:
            try:
                answer = await client.get("/api/v1/search", params={"q": next(asked), "limit": 10})
                errors += answer.status_code != 200
            except httpx2.HTTPError:
                errors += 1
            times.append(time.perf_counter() - begun)

    async with httpx2.AsyncClient(
        base_url=address, limits=limits, timeout=PATIENCE_SECONDS
    ) as client:
        await asyncio.gather(*(one(client) for _ in range(clients)))
    return Load(clients, len(times) / (time.perf_counter() - started), Latency.of(times), errors)


def table(found: Sequence[Load], memory: Memory, papers: int) -> Table:
    """Throughput beside that of a lone client."""
    lone = found[0].rate
    rows = [
        (f"{f.clients}", f.rate, ratio(f.rate, lone), f.latency.p50, f.latency.p95, f.errors)
        for f in found
    ]
    return Table(
        f"Over HTTP, {papers:,} papers, hybrid",
        ("clients", "answers a second", "one client = 1", "p50 ms", "p95 ms", "errors"),
        rows,
        (
            "Server and clients share the cores; a new question each time.",
            f"The server ends with {memory.own / 2**20:.0f} MB of its own and "
            f"{memory.mapped / 2**20:.0f} MB of mapped files in memory.",
        ),
        [Bars("http", "Answers a second by clients", {str(f.clients): f.rate for f in found})],
    )
