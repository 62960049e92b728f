"""Clients that keep asking a server over HTTP, and what came back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
import numpy as np

CLIENTS = 8
MODES = ("hybrid", "dense", "lexical")


@dataclass(frozen=True)
class Asked:
    """A question and its answer.

    Attributes:
        at: When it was asked, as ``time.monotonic`` has it.
        seconds: How long the answer took.
        status: Of HTTP.
        answer: What came back.
    """

    at: float
    seconds: float
    status: int
    answer: dict[str, Any]


@dataclass
class Answers:
    """All of them, by when they were asked; complete when the clients have stopped."""

    each: list[Asked] = field(default_factory=list)

    def seconds(self, percentile: float) -> float:
        return float(np.percentile([asked.seconds for asked in self.each], percentile))

    def figures(self) -> str:
        failed = sum(asked.status != 200 for asked in self.each)
        shares = ", ".join(f"p{p} {self.seconds(p):.2f}" for p in (50, 99, 100))
        return f"{CLIENTS} clients, {len(self.each):,} answers, {failed} failed; {shares} s"


def ask(server: str, client: httpx2.Client, number: int) -> Asked:
    """A question that every paper answers, and that nobody asked before."""
    params: dict[str, str | int] = {
        "q": f"paper {number}",
        "mode": MODES[number % len(MODES)],
        "limit": 1000,
        "after": 1000 + number % 900,
    }
    at = time.monotonic()
    response = client.get(f"{server}/api/v1/search", params=params)
    return Asked(at, time.monotonic() - at, response.status_code, response.json())


@contextmanager
def asking(server: str) -> Iterator[Answers]:
    """So many clients, each with one question at a time, as long as the block takes."""
    answers, stop = Answers(), threading.Event()

    def keep_asking(first: int) -> list[Asked]:
        with httpx2.Client(timeout=60) as client:
            return [ask(server, client, number) for number in _until(stop, first)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(keep_asking, first) for first in range(CLIENTS)]
        try:
            yield answers
        finally:
            stop.set()
    found = [asked for client in clients for asked in client.result()]
    answers.each = sorted(found, key=lambda asked: asked.at)


def _until(stop: threading.Event, first: int) -> Iterator[int]:
    for number in count(first, CLIENTS):
        if stop.is_set():
            return
        yield number
