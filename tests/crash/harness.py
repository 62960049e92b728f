"""Kills jobs on an index, and holds what is left against an undisturbed run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.crash.kills import Figures, Kill, strace_options
from tests.crash.papers import changed, records, written

ROOT = Path(__file__).resolve().parents[2]
SCORE_TOLERANCE = 1e-3
CALLS = (
    *("write", "writev", "pwrite64", "pwritev", "fallocate", "ftruncate"),
    *("fsync", "fdatasync", "sync_file_range", "msync"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat"),
    *("unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "chmod", "fchmod", "fchmodat"),
)
"""System calls that change what is on the disk. Opening with O_CREAT leaves an empty file, like a
kill at the first write to it."""

ELSEWHERE = ("backup", "copy")
"""Jobs that leave the index as it is and make another."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job on an index.

    Attributes:
        name: As in `jobs.py`.
        start: Name of the prepared index that it begins with, "" for none.
        argument: What it is given.
    """

    name: str
    start: str
    argument: str


class Jobs:
    """The process of `jobs.py`, and prepared indexes for its jobs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.figures = Figures()
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("jobs.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.index = folder / "index"
        self.jobs = {job.name: job for job in self._prepared()}
        self._expected = {job.name: self._undisturbed(job) for job in self.jobs.values()}

    def _prepared(self) -> list[Job]:
        papers, changes = self.folder / "papers.jsonl", self.folder / "changes.jsonl"
        self.records = records()
        written(papers, self.records)
        self.changes = changed(self.records)
        written(changes, self.changes)
        index, update = Job("index", "", str(papers)), Job("update", "indexed", str(changes))
        gone = " ".join(str(record["id"]) for record in self.records[40:80])
        few = " ".join(str(record["id"]) for record in self.records[:10])
        self._save("indexed", index)
        self._save("updated", update)
        # One compaction has gone before, so that the next has something to forget.
        self._save("thinned", Job("remove", "updated", few))
        self._save("compacted", Job("compact", "thinned", ""))
        self._save("again", Job("remove", "compacted", gone))
        return [
            index,
            update,
            Job("remove", "updated", gone),
            Job("rebuild", "updated", ""),
            Job("rebuild --embed", "updated", ""),
            Job("compact", "again", ""),
            Job("backup", "updated", str(self.folder / "copy")),
            Job("restore", "", str(self.folder / "updated")),
            # Of an index without dead versions, as a copy has none that count in BM25.
            Job("copy", "indexed", str(self.folder / "copy")),
        ]

    def _save(self, name: str, job: Job) -> None:
        self.begin(job)
        self.finish(job)
        self.index.rename(self.folder / name)

    def _undisturbed(self, job: Job) -> dict[str, Any]:
        self.begin(job)
        seconds = self.finish(job)
        return {"after": self.state(), "seconds": seconds, "before": self._before(job)}

    def _before(self, job: Job) -> dict[str, str]:
        self.begin(job)
        papers: dict[str, str] = self.state()["papers"] if job.start else {}
        return papers

    def begin(self, job: Job) -> None:
        """Put the index that a job starts with in place."""
        for name in ("index", "index.partial", "copy", "copy.partial"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        if job.start:
            shutil.copytree(self.folder / job.start, self.index)

    def finish(self, job: Job) -> float:
        """Let a job come to its end; the seconds that it took."""
        ended = self._ask(job.name, job.argument)
        assert not ended["failed"], f"{job.name} failed"
        assert not ended["killed"]
        return float(ended["seconds"])

    def state(self, index: Path | None = None) -> dict[str, Any]:
        """What an index holds and answers, as a process sees that opens it now."""
        told = self.folder / "state.json"
        ended = self._ask("state", str(told), index=index)
        assert not ended["failed"], "the index could not be opened and checked"
        found: dict[str, Any] = json.loads(told.read_text())
        return found

    def survive(self, name: str, kill: Kill) -> bool:
        """Kill a job and look at what is left; whether the kill came before its end."""
        job = self.jobs[name]
        self.begin(job)
        acknowledged = self.folder / "acknowledged"
        acknowledged.write_text("0")
        ended = self._ask(name, job.argument, kill=kill)
        assert not ended["failed"]
        self._look(job, int(acknowledged.read_text() or 0), kill)
        if name not in (*ELSEWHERE, "restore") or not self._target(job).exists():
            self.finish(job)
        self._compare(job, kill)
        self.figures.count(name, kill, killed=ended["killed"])
        return bool(ended["killed"])

    def _target(self, job: Job) -> Path:
        return Path(job.argument) if job.name in ELSEWHERE else self.index

    def _look(self, job: Job, acknowledged: int, kill: Kill) -> None:
        """Opening works without help, all is clean, and what was acknowledged is there."""
        if not self.index.exists() or not any(self.index.glob("catalog.sqlite")):
            assert not acknowledged, kill
            assert not job.start, kill
            return
        found = self.state()
        assert found["findings"] == [], (job.name, kill)
        if job.name in ("index", "update"):
            source = self.records if job.name == "index" else self.changes
            for record in source[:acknowledged]:
                assert found["papers"].get(record["id"]) == record["title"], (record, kill)
        elif acknowledged:
            assert found["papers"] == self._expected[job.name]["after"]["papers"], kill
        else:
            known = self._expected[job.name]
            assert found["papers"] in (known["before"], known["after"]["papers"]), kill

    def _compare(self, job: Job, kill: Kill) -> None:
        """The end is that of an undisturbed run."""
        for place in dict.fromkeys((self.index, self._target(job))):
            found, expected = self.state(place), self._expected[job.name]["after"]
            assert found["findings"] == [], kill
            assert found["papers"] == expected["papers"], kill
            for asked, ranking in expected["rankings"].items():
                assert [id for id, _ in found["rankings"][asked]] == [id for id, _ in ranking]
                for (_, here), (_, there) in zip(found["rankings"][asked], ranking, strict=True):
                    assert abs(here - there) <= SCORE_TOLERANCE, (asked, kill)
        assert not list(self.folder.glob("*.partial"))

    def seconds(self, name: str) -> float:
        """What an undisturbed run takes."""
        return float(self._expected[name]["seconds"])

    def calls(self, name: str, where: str) -> dict[tuple[str, str], int]:
        """How often each thread of an undisturbed run makes each system call."""
        job, trace = self.jobs[name], self.folder / "trace"
        counts: dict[tuple[str, str], int] = {}
        self.begin(job)
        names = ["main"]
        if where == "lexicon":
            options = ["-o", str(trace), "-e", "trace=none"]
            names = self._ask(name, job.argument, kill=Kill(where=where), strace=options)["threads"]
        for thread in names if where == "start" else [n for n in names if n != "main"]:
            self.begin(job)
            options = ["-o", str(trace), "-e", f"trace={','.join(CALLS)}"]
            kill = Kill(where=where, thread=thread)
            self._ask(name, job.argument, kill=kill, strace=options)
            for call in re.findall(r"^(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE):
                counts[thread, call] = counts.get((thread, call), 0) + 1
        return counts

    def trace(self, name: str) -> str:
        """The system calls of an undisturbed run, of all threads, with the files' paths."""
        job, path = self.jobs[name], self.folder / "trace"
        self.begin(job)
        calls = ",".join((*CALLS, "openat"))
        options = ["-f", "-y", "-s", "4096", "-o", str(path), "-e", f"trace={calls}"]
        self._ask(name, job.argument, kill=Kill(), strace=options)
        return path.read_text(errors="replace")

    def _ask(
        self,
        name: str,
        argument: str,
        *,
        kill: Kill | None = None,
        index: Path | None = None,
        strace: Sequence[str] = (),
    ) -> dict[str, Any]:
        request = {
            "job": name,
            "index": str(index or self.index),
            "argument": argument,
            "acknowledged": str(self.folder / "acknowledged"),
            "after": kill.after if kill else None,
            "where": kill.where if kill and kill.after is None else "",
            "thread": kill.thread if kill else "",
            "strace": list(strace) or (strace_options(kill) if kill and kill.call else []),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Jobs:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()
