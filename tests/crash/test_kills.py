"""Whatever kills the writer, and whenever: nothing acknowledged is lost, and the work goes on."""

from __future__ import annotations

from itertools import cycle

import numpy as np
import pytest

from tests.crash.harness import Jobs
from tests.crash.kills import Kill

NAMES = (
    *("index", "update", "remove", "rebuild", "rebuild --embed"),
    *("compact", "backup", "restore", "copy"),
)
CHOSEN = (
    ("index", "fdatasync", 4),
    ("index", "fsync", 9),
    ("update", "rename", 3),
    ("remove", "pwrite64", 30),
    ("rebuild", "rename", 5),
    ("rebuild --embed", "fdatasync", 7),
    ("compact", "unlink", 1),
    ("backup", "rename", 2),
    ("copy", "fdatasync", 4),
    ("copy", "rename", 3),
)
"""The last commit of a batch, the first publication, and what comes between."""


def random_kills(jobs: Jobs, kills: int, seed: int) -> None:
    """As many kills as are wanted; those that come after a job's end don't count."""
    random, names = np.random.default_rng(seed), cycle(NAMES)
    for _ in range(kills):
        name = next(names)
        while not jobs.survive(name, Kill(after=random.uniform(0, jobs.seconds(name)))):
            pass


@pytest.mark.slow
def test_kills_at_random_instants(jobs: Jobs) -> None:
    random_kills(jobs, 12, seed=7)


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(("name", "call", "number"), CHOSEN)
def test_kills_at_system_calls(jobs: Jobs, name: str, call: str, number: int) -> None:
    assert jobs.survive(name, Kill(call=call, number=number))


@pytest.mark.crash
def test_200_kills_at_random_instants(jobs: Jobs) -> None:
    random_kills(jobs, 200, seed=8)


@pytest.mark.crash
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", NAMES)
def test_a_kill_at_every_system_call(jobs: Jobs, name: str) -> None:
    assert kill_at_each(jobs, name, "start")


@pytest.mark.crash
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("name", ["index", "update", "rebuild", "rebuild --embed", "compact"])
def test_a_kill_at_every_system_call_of_tantivys_threads(jobs: Jobs, name: str) -> None:
    """They are there from the first commit of words on; the main thread waits meanwhile."""
    assert kill_at_each(jobs, name, "lexicon")


def kill_at_each(jobs: Jobs, name: str, where: str) -> int:
    """Calls are counted thread by thread; how many killed."""
    return sum(
        jobs.survive(name, Kill(call=call, number=number, thread=thread, where=where))
        for (thread, call), calls in jobs.calls(name, where).items()
        for number in range(1, calls + 1)
    )
