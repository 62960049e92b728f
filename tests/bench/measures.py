"""Times and sizes: how they are taken."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil

Input = TypeVar("Input")


@dataclass(frozen=True, slots=True)
class Latency:
    """Of single requests, one after the other.

    Attributes:
        p50: Median, milliseconds.
        p95: 95th percentile, milliseconds.
    """

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Latency:
        """From some times in seconds."""
        p50, p95 = np.percentile(seconds, [50, 95]) * 1000
        return cls(float(p50), float(p95))


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def latency(action: Callable[[Input], object], inputs: Iterable[Input]) -> Latency:
    """Of an action on each input, one after the other."""
    return Latency.of([seconds(partial(action, one)) for one in inputs])


def folder_bytes(folder: Path) -> int:
    """What all files of a folder take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class Memory:
    """Of this process, resident, bytes.

    Attributes:
        own: Anonymous: the process's own.
        mapped: Pages of files, which the system can drop and other processes share.
    """

    own: int
    mapped: int

    @classmethod
    def now(cls, process: int | None = None) -> Memory:
        """Of a process, by default of this one; Linux tells both, elsewhere all counts as own."""
        status = Path(f"/proc/{process or os.getpid()}/status")
        if not status.exists():
            return cls(psutil.Process(process).memory_info().rss, 0)
        lines = (line.split() for line in status.read_text().splitlines())
        found = {line[0]: int(line[1]) * 1024 for line in lines if line[0].startswith("Rss")}
        return cls(found["RssAnon:"], found["RssFile:"])


def ratio(value: float, base: float) -> float:
    """``value / base``; not a number where there is no base."""
    return value / base if base else float("nan")
