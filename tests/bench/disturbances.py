"""What goes on beside the questions of a load test: papers that are added, clients that dawdle."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread

ADDED = 20
"""Papers in each change."""
DRIBBLE_SECONDS = 1.0
"""Between two bytes of a client that dawdles."""


@contextmanager
def changed(index: Path) -> Iterator[Path]:
    """A copy of an index to which papers are added, again and again, by another process."""
    with tempfile.TemporaryDirectory() as folder:
        copy, stop = Path(folder, "index"), Event()
        shutil.copytree(index, copy)
        adding = Thread(target=_add, args=(copy, Path(folder, "papers.jsonl"), stop))
        adding.start()
        try:
            yield copy
        finally:
            stop.set()
            adding.join()


def _add(index: Path, papers: Path, stop: Event) -> None:
    command = [sys.executable, "-m", "api.cli", "index", str(papers), "--index", str(index)]
    for change in count():
        if stop.is_set():
            return
        lines = [
            json.dumps({"title": f"Paper {number} of change {change}", "abstract": "It is new."})
            for number in range(ADDED)
        ]
        papers.write_text("\n".join(lines))
        subprocess.run(command, check=True, capture_output=True)


@asynccontextmanager
async def dawdling(host: str, clients: int) -> AsyncIterator[None]:
    """Clients that send a request byte by byte, and connect anew when they are cut off."""
    tasks = [asyncio.create_task(_dawdle(*host.split(":"))) for _ in range(clients)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _dawdle(name: str, port: str) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(name, int(port))
            try:
                for byte in b"GET /api/v1/search?q=slow HTTP/1.1\r\n" + b"x: " + b"y" * 1000:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(DRIBBLE_SECONDS)
            finally:
                writer.close()
        await asyncio.sleep(DRIBBLE_SECONDS)
