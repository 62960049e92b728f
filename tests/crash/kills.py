"""When a job is killed, and how many kills were survived."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kill:
    """When a job is killed.

    Attributes:
        after: Seconds from its beginning; or, if ``None``,
        call: the system call,
        number: of which the how many-th in the thread,
        thread: by its name,
        where: from which moment on counted.
    """

    after: float | None = None
    call: str = ""
    number: int = 0
    thread: str = "main"
    where: str = "start"


@dataclass
class Figures:
    """Kills survived."""

    by_job: Counter[str] = field(default_factory=Counter)
    by_call: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def count(self, job: str, kill: Kill, *, killed: bool) -> None:
        if not killed:
            self.missed[job] += 1
            return
        self.by_job[job] += 1
        self.by_call[job, kill.call or "random instant"] += 1

    def lines(self) -> list[str]:
        made = []
        for job, total in self.by_job.items():
            calls = {call: n for (of, call), n in sorted(self.by_call.items()) if of == job}
            parts = ", ".join(f"{call} {n}" for call, n in calls.items())
            made.append(
                f"{job}: {total} kills survived ({parts}); {self.missed[job]} came too late"
            )
        total = sum(self.by_job.values())
        return [*made, f"in all {total} kills survived"] if made else []


def strace_options(kill: Kill) -> list[str]:
    """What makes strace kill the thread that it is attached to."""
    inject = f"inject={kill.call}:signal=SIGKILL:when={kill.number}"
    return ["-o", "/dev/null", "-e", f"trace={kill.call}", "-e", inject]
