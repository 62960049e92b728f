"""What Ray runs for a process."""

from __future__ import annotations

import time

import psutil


def started(process: psutil.Process) -> list[psutil.Process]:
    """What a process started, and what that started."""
    found: list[psutil.Process] = process.children(recursive=True)
    return found


def actors(process: psutil.Process) -> list[psutil.Process]:
    """Those of them that embed."""
    return [one for one in started(process) if _name(one).startswith("ray::Encoder")]


def wait_for_actors(process: psutil.Process, count: int) -> list[psutil.Process]:
    """Those that embed, once there are so many."""
    deadline = time.monotonic() + 180
    while len(found := actors(process)) < count:
        assert time.monotonic() < deadline, f"{len(found)} actors"
        time.sleep(0.05)
    return found


def _name(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""
