"""One writer, many readers in other processes: what each of them sees, and how soon."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from indexer.errors import IndexBusyError
from indexer.local.lock import WriterLock
from indexer.maintenance.upkeep import compact, remove
from indexer.pipeline import add
from tests.crash.harness import ROOT

SEEN_WITHIN_SECONDS = 2.0
PAPERS = 40


@dataclass(frozen=True)
class Published:
    """A generation, when it was there, and what its papers are called."""

    at: float
    papers: dict[str, str]


def write(index: Path, version: int, among: range = range(PAPERS)) -> int:
    source = index.parent / "version.jsonl"
    records = [
        {
            "id": str(n),
            "title": f"paper {n}, version {version}",
            "abstract": f"of words {version}",
            "categories": ["all", f"v{version}"],
        }
        for n in among
    ]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    return add(index, [str(source)], model="hashing").generation


@contextmanager
def reader(index: Path, log: Path) -> Iterator[None]:
    """A process that keeps asking, and that is asking already."""
    command = [sys.executable, str(Path(__file__).with_name("reading.py")), str(index)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (
        log.open("w") as out,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, env=environment) as process,
    ):
        try:
            while not log.read_text():
                assert process.poll() is None
                time.sleep(0.02)
            yield
        finally:
            process.communicate()
        assert process.returncode == 0


def told(log: Path) -> tuple[list[dict[str, Any]], int]:
    """The answers of a reader, and how many files that are gone it had still mapped."""
    lines = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    return lines[:-1], lines[-1]["mapped"]


def change(index: Path, generations: dict[int, Published], steps: int) -> None:
    """Update, remove, add again and compact, and note down what each generation holds."""
    titles = dict(generations[max(generations)].papers)
    for step in range(steps):
        gone = range(step % PAPERS, min(step % PAPERS + 5, PAPERS))
        if step % 4 == 0:
            number = write(index, step)
            titles = {str(n): f"paper {n}, version {step}" for n in range(PAPERS)}
        elif step % 4 == 1:
            number = remove(index, [str(n) for n in gone]).generation
            titles = {id: title for id, title in titles.items() if int(id) not in gone}
        elif step % 4 == 2:
            number = compact(index)
        else:
            number = write(index, step, gone)
            titles |= {str(n): f"paper {n}, version {step}" for n in gone}
        generations[number] = Published(time.time(), dict(titles))
        time.sleep(0.05)


def judge(log: Path, generations: dict[int, Published]) -> int:
    """Every answer is one generation's, whole, and new ones come soon; how many were seen."""
    answers, mapped = told(log)
    for answer in answers:
        assert answer["papers"] == generations[answer["generation"]].papers
        assert answer["total"] == len(answer["papers"])
        due = [
            number
            for number, published in generations.items()
            if published.at < answer["at"] - SEEN_WITHIN_SECONDS
        ]
        assert not due or answer["generation"] >= max(due)
    assert answers[-1]["generation"] == max(generations)
    assert mapped == 0
    return len({answer["generation"] for answer in answers})


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(8, marks=pytest.mark.slow),
        pytest.param(200, marks=pytest.mark.crash),
    ],
)
def test_every_answer_is_one_generations_and_says_which(tmp_path: Path, steps: int) -> None:
    index, logs = tmp_path / "index", [tmp_path / f"{n}.log" for n in range(3)]
    first = write(index, 0)
    titles = {str(n): f"paper {n}, version 0" for n in range(PAPERS)}
    generations = {first: Published(time.time(), titles)}
    with ExitStack() as readers:
        for log in logs:
            readers.enter_context(reader(index, log))
        change(index, generations, steps)
        time.sleep(0.5)
    assert all(judge(log, generations) > steps // 2 for log in logs)
    files = [path for part in ("vectors", "columns") for path in (index / part).iterdir()]
    assert len(files) == 4
    assert len(list((index / "lexicon").iterdir())) == 1


def test_a_second_writer_is_told_who_writes_and_since_when(tmp_path: Path) -> None:
    index = tmp_path / "index"
    write(index, 0)
    code = (
        "import sys, pathlib, time; from indexer.local.lock import WriterLock\n"
        "lock = WriterLock(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, index], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        since = time.strftime("%Y-%m-%d %H:", time.gmtime())
        with pytest.raises(IndexBusyError, match=f"process {holder.pid} since {since}") as caught:
            remove(index, ["1"])
        assert "\n" not in str(caught.value)
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert remove(index, ["1"]).removed == ("1",)  # the lock died with its process


def test_a_lock_is_not_inherited(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path)
    with subprocess.Popen(["sleep", "60"]) as child:
        lock.release()
        WriterLock(tmp_path, patience=0).release()
        child.kill()


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    ("call", "error", "command"),
    [
        ("flock", "ENOLCK", ["remove", "1"]),
        ("flock", "EOPNOTSUPP", ["remove", "1"]),
        ("fcntl", "EOPNOTSUPP", ["search", "paper", "--mode", "lexical"]),
    ],
)
def test_a_file_system_without_locks_is_refused(
    tmp_path: Path, call: str, error: str, command: list[str]
) -> None:
    """As some network file systems answer."""
    index = tmp_path / "index"
    write(index, 0)
    files = [index / name for name in ("writer.lock", "catalog.sqlite", "catalog.sqlite-shm")]
    watched = [option for file in files for option in ("-P", str(file))]
    inject = ["-f", "-o", "/dev/null", "-e", f"inject={call}:error={error}"]
    tracer = ["strace", *watched, *inject]
    done = subprocess.run(
        [*tracer, sys.executable, "-m", "api.cli", *command, "--index", str(index)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no locks" in done.stderr
    assert "local disk" in done.stderr
    assert done.stderr.count("\n") == 1
