"""``python -m tests.bench.load INDEX``: a service under more clients than it can answer.

Each client asks its next question as soon as it has an answer, and goes away for as long as
``Retry-After`` says when it is refused. Another process asks ``/readyz`` beside them. Each 200 is
checked: the paper that was asked for by its title is among the results.
"""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Annotated

import httpx2
import numpy as np
import psutil
import typer

from search.engine import Engine
from tests.bench.disturbances import changed, dawdling

CLIENTS = (1, 8, 32, 64, 200)
PATIENCE_SECONDS = 60.0
HEAD = "  ".join(
    f"{name:>9}"
    for name in ("clients", "200/s", "p50 ms", "p99 ms", "503", "errors", "wrong", "MB", "probe ms")
)


@dataclass(frozen=True, slots=True)
class Load:
    """What a service is asked.

    Attributes:
        address: Of the service.
        asked: Titles, and the ids of their papers.
        seconds: For how long.
        retry: Whether who is refused waits as long as it is told.
        dawdlers: Clients beside that send a byte a second.
    """

    address: str
    asked: Sequence[tuple[str, str]]
    seconds: float
    retry: bool
    dawdlers: int


def main(
    index: Annotated[Path, typer.Argument(help="Folder of an index.")],
    seconds: Annotated[float, typer.Option(help="For each number of clients.")] = 20.0,
    workers: Annotated[int, typer.Option(help="Processes that answer.")] = 1,
    clients: Annotated[str, typer.Option(help="Numbers of clients.")] = ",".join(map(str, CLIENTS)),
    retry: Annotated[bool, typer.Option(help="Heed Retry-After.")] = True,
    changing: Annotated[bool, typer.Option(help="Add papers meanwhile, to a copy.")] = False,
    dawdlers: Annotated[int, typer.Option(help="Clients beside that send a byte a second.")] = 0,
) -> None:
    """Measure throughput, times, refusals, memory and readiness."""
    with Engine.open(index) as engine:
        papers = [result.paper for result in engine.browse(limit=1000)]
    asked = [(paper.title, paper.id) for paper in papers if len(paper.title.split()) > 4]
    print(HEAD)  # noqa: T201
    with (
        changed(index) if changing else nullcontext(index) as place,
        serving(place, workers) as (address, process),
    ):
        asyncio.run(_wait(address))
        load = Load(address, asked, seconds, retry, dawdlers)
        asyncio.run(_asked(replace(load, seconds=3.0, dawdlers=0), 4))  # warm
        for some in map(int, clients.split(",")):
            cells = _measured(load, some, process)
            row = "  ".join(f"{cell:>9}" for cell in [str(some), *cells])
            print(row, flush=True)  # noqa: T201


def _measured(load: Load, clients: int, process: int) -> list[str]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.probing", load.address, str(load.seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as probing:
        times, told = asyncio.run(_asked(load, clients))
        took = time.perf_counter() - began
        slowest = float(probing.communicate()[0])
    good = times or [float("nan")]
    p50, p99 = np.percentile(good, [50, 99]) * 1000
    faults = {kind: many for kind, many in told.items() if kind not in ("200", "503", "wrong")}
    if any(faults.values()):
        print(faults, file=sys.stderr)  # noqa: T201
    return [
        f"{len(times) / took:.1f}",
        *(f"{p50:.0f}", f"{p99:.0f}"),
        *(str(told["503"]), str(sum(faults.values())), str(told["wrong"])),
        f"{_memory(process) / 1e6:.0f}",
        f"{slowest:.0f}",
    ]


async def _asked(load: Load, clients: int) -> tuple[list[float], Counter[str]]:
    """Times of the good answers, and what was answered."""
    times, told = list[float](), Counter[str]()
    until = time.perf_counter() + load.seconds
    # One for all, since each of its own takes a tenth of a second to make.
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)

    async def client(number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        while (begun := time.perf_counter()) < until:
            title, id = chance.choice(load.asked)
            try:
                answer = await http.get("/api/v1/search", params={"q": title, "limit": 10})
            except httpx2.HTTPError as error:
                told[type(error).__name__] += 1
                continue
            told[str(answer.status_code)] += 1
            if answer.status_code == 200:
                times.append(time.perf_counter() - begun)
                found = [one["id"] for one in answer.json()["results"] if one["title"] == title]
                told["wrong"] += id not in found
            elif load.retry:
                await asyncio.sleep(float(answer.headers.get("retry-after", 0)))

    async with (
        dawdling(load.address.removeprefix("http://"), load.dawdlers),
        httpx2.AsyncClient(base_url=load.address, timeout=PATIENCE_SECONDS, limits=limits) as http,
    ):
        await asyncio.gather(*(client(number) for number in range(clients)))
    return times, told


@contextmanager
def serving(index: Path, workers: int) -> Iterator[tuple[str, int]]:
    """A service on a free port: its address and process."""
    command = [sys.executable, "-m", "api.cli", "serve", "--index", str(index), "--port", "0"]
    command += ["--workers", str(workers)] if workers > 1 else []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        # Its log has to go somewhere: once a pipe is full, the service waits for a reader.
        Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield next(w for w in line.split() if w.startswith("http://")).rstrip(";"), process.pid
        finally:
            process.terminate()
            process.wait()


async def _wait(address: str) -> None:
    async with httpx2.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as http:
        while True:
            try:
                if (await http.get("/readyz")).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.2)


def _memory(process: int) -> int:
    """Bytes that a service has of its own, all its processes together."""
    service = psutil.Process(process)
    every = [service, *service.children(recursive=True)]
    return sum(one.memory_info().rss - one.memory_info().shared for one in every)


if __name__ == "__main__":
    typer.run(main)
