"""A process that forks a child for each job on an index, and kills it where it is told to.

It has everything imported, so that a child starts at once; `harness.py` talks to it in lines of
JSON. `strace` brings the signal to chosen system calls, of native code as well.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import faiss  # noqa: F401 - loaded once, for all children
import tantivy  # noqa: F401

from indexer import batches, pipeline
from indexer.local.catalog.catalog import Catalog
from indexer.local.segments import lexicon_writer
from indexer.maintenance import copy, reembed
from indexer.maintenance.backup import backup, restore
from indexer.maintenance.check import check
from indexer.maintenance.upkeep import compact, rebuild, remove
from indexer.progress import Estimate, Tally
from search.engine import Engine

QUESTIONS = ("attention without recurrence", "black holes", "learning from few examples")
MODES = ("hybrid", "dense", "lexical")
BATCH = 100  # papers, so that a job of 300 commits and publishes three times


class Acknowledging:
    """Writes down how many papers were acknowledged, before anything else happens."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def estimated(self, estimate: Estimate) -> None: ...

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        self.say(tally.added + tally.updated + tally.unchanged)

    def say(self, papers: int) -> None:
        os.pwrite(self._descriptor, f"{papers:09d}".encode(), 0)


def _add(index: Path, argument: str, listener: Acknowledging) -> None:
    pipeline.add(index, [argument], model="hashing", listener=listener)


JOBS: dict[str, Callable[[Path, str, Acknowledging], object]] = {
    "index": _add,
    "update": _add,
    "remove": lambda index, ids, _: remove(index, ids.split()),
    "rebuild": lambda index, _argument, _: rebuild(index),
    "rebuild --embed": lambda index, _, listener: rebuild(index, embed=True, listener=listener),
    "compact": lambda index, _argument, _: compact(index),
    "backup": lambda index, target, _: backup(index, Path(target)),
    "restore": lambda index, source, _: restore(Path(source), index),
    "copy": lambda index, target, _: copy.copy(index, Path(target)),
}


def state(index: Path) -> dict[str, Any]:
    """What an index holds and answers, and what `check` says of it."""
    rankings = {}
    with Engine.open(index) as engine:
        for question in QUESTIONS:
            for mode in MODES:
                answer = engine.search(question, mode=mode, limit=1000)  # type: ignore[arg-type]
                assert not any("rebuild" in warning for warning in answer.warnings)
                rankings[f"{mode}: {question}"] = [
                    (result.paper.id, result.score) for result in answer.results
                ]
    return {
        "papers": _titles(index),
        "rankings": rankings,
        "findings": [f"{found.part}: {found.problem}" for found in check(index)],
    }


def _titles(index: Path) -> dict[str, str]:
    catalog = Catalog(index)
    try:
        blocks = [] if catalog.is_blank else catalog.scan(after=0, change=catalog.last_change())
        return {paper.id: paper.title for block in blocks for paper in block.papers}
    finally:
        catalog.close()


class Gate:
    """A pair of pipes at which a child waits until it is let go on."""

    def __init__(self) -> None:
        self._here, self._arrive = os.pipe()
        self._wait, self._go = os.pipe()

    def stop(self) -> None:
        os.write(self._arrive, b".")
        os.read(self._wait, 1)

    def arrived(self, child: int) -> bool:
        """Wait for the child to come here; ``False`` when it ends before."""
        descriptor = os.pidfd_open(child)
        ready, _, _ = select.select([self._here, descriptor], [], [])
        os.close(descriptor)
        return self._here in ready and bool(os.read(self._here, 1))

    def open(self) -> None:
        os.write(self._go, b".")

    def close(self) -> None:
        for end in (self._here, self._arrive, self._wait, self._go):
            os.close(end)


def work(request: dict[str, Any], gate: Gate) -> None:
    """The child: does its job, or looks at an index, and never returns."""
    code = 1
    try:
        index, argument = Path(request["index"]), request["argument"]
        batches.BATCH = BATCH
        vars(reembed)["BATCH"] = copy.BATCH = BATCH
        pipeline.PUBLISH_SECONDS = 0.0
        if request["where"] == "lexicon":
            # A new index begins with a commit of no words.
            _stop_before_the_words_are_committed(gate, 2 if request["job"] == "index" else 1)
        if request["where"] == "start":
            gate.stop()
        if request["job"] == "state":
            Path(argument).write_text(json.dumps(state(index)))
        else:
            listener = Acknowledging(Path(request["acknowledged"]))
            JOBS[request["job"]](index, argument, listener)
            listener.say(999_999_999)
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _stop_before_the_words_are_committed(gate: Gate, number: int) -> None:
    """There the threads that Tantivy writes with exist, and have written nothing yet."""
    commit = lexicon_writer.LexiconWriter.commit
    calls = []

    def stopping(writer: lexicon_writer.LexiconWriter) -> None:
        calls.append(1)
        if len(calls) == number:
            gate.stop()
        commit(writer)

    setattr(lexicon_writer.LexiconWriter, "commit", stopping)  # noqa: B010 - for this process


def threads(process: int) -> dict[str, int]:
    """The threads of a process by their names, the first of each."""
    found: dict[str, int] = {}
    for task in sorted(Path(f"/proc/{process}/task").iterdir(), key=lambda path: int(path.name)):
        name = "main" if int(task.name) == process else (task / "comm").read_text().strip()
        found.setdefault(name, int(task.name))
    return found


def traced(options: Sequence[str], thread: int) -> subprocess.Popen[str]:
    """`strace` attached to a thread."""
    command = ["strace", "-p", str(thread), *options]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    line = tracer.stderr.readline()
    if not re.search(r"attached", line):
        raise RuntimeError(line)
    return tracer


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Fork, let the child work, and say how it ended."""
    gate, started = Gate(), time.monotonic()
    child = os.fork()
    if child == 0:
        work(request, gate)
    tracer, names = None, {}
    if request["where"] and gate.arrived(child):
        names = threads(child)
        if request["strace"] and request["thread"] in names:
            tracer = traced(request["strace"], names[request["thread"]])
        gate.open()
    if request["after"] is not None:
        time.sleep(max(0.0, started + request["after"] - time.monotonic()))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - started
    if tracer is not None:
        tracer.communicate()
    gate.close()
    return {
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "failed": os.WIFEXITED(status) and os.WEXITSTATUS(status) != 0,
        "seconds": seconds,
        "threads": list(names),
    }


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
