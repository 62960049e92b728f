"""The progress of a long run, for the person who waits for it."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from api.terminal.streams import say
from api.wording import counted
from indexer.pipeline import Estimate, Tally

PACE_SECONDS = 30.0
"""Of which the pace is told."""


class _Bar:
    """A bar on standard error while it is entered; silent where nobody watches."""

    counts = ""
    """What is counted at first, where something is; it says then what is left, too."""

    def __init__(self, doing: str, total: float | None) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[counted]}"),
            *([] if self.counts else [TimeRemainingColumn()]),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=total, counted=self.counts)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()


class ProgressBar(_Bar):
    """A :class:`~indexer.pipeline.Listener` that draws on standard error if that is a terminal."""

    counts = "0 papers"

    def __init__(self, doing: str = "Indexing") -> None:
        super().__init__(doing, total=None)
        self._pace: deque[tuple[float, int]] = deque([(0.0, 0)])

    def estimated(self, estimate: Estimate) -> None:
        """Say beforehand how long a run will take, and how much space."""
        say(
            f"about {estimate.papers:,} papers: {duration(estimate.seconds)}, "
            f"{size(estimate.disk_bytes)} on disk, {size(estimate.memory_bytes)} of memory"
        )

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        """Move the bar on."""
        self._bar.update(
            self._task,
            total=None if fraction is None else 1.0,
            completed=fraction or 0.0,
            counted=self.counted(tally, fraction),
        )

    def counted(self, tally: Tally, fraction: float | None) -> str:
        """How many papers are done, of about how many, how fast, and how long the rest will take.

        The pace is that of the last :data:`PACE_SECONDS`: known papers are passed quickly.
        """
        done = tally.read + tally.ahead
        self._pace.append((tally.seconds, done))
        while len(self._pace) > 2 and tally.seconds - self._pace[1][0] > PACE_SECONDS:
            self._pace.popleft()
        start, before = self._pace[0]
        rate = (done - before) / (tally.seconds - start) if tally.seconds > start else 0.0
        line = f"{done:,} papers, {rate:,.0f}/s"
        if not (fraction and rate):
            return line
        total = done / fraction
        return (
            f"{done:,} of about {_rounded(total):,} papers, {rate:,.0f}/s, "
            f"{duration(max(0.0, total - done) / rate)} left"
        )


class StepBar(_Bar):
    """The same for what is done in steps: tell it which, and how much of that is done."""

    def __init__(self) -> None:
        super().__init__("", total=1.0)

    def at(self, doing: str, fraction: float) -> None:
        """Show that so much, from 0 to 1, of a step is done."""
        self._bar.update(self._task, description=doing, completed=fraction)


class HarvestBar(ProgressBar):
    """The same for a harvest: a :class:`~indexer.fetch.harvest.HarvestListener`."""

    def __init__(self) -> None:
        super().__init__("Fetching")

    def waits(self, reason: str, seconds: float) -> None:
        """Say why nothing happens for a while."""
        say(f"{reason}; trying again in {duration(seconds)}")


def summary(tally: Tally, *, rejects_option: str = "") -> str:
    """One line on what a run did; the option, if any, is one that keeps rejects in a file."""
    counts = [
        f"{tally.added:,} added",
        f"{tally.updated:,} updated",
        *([f"{tally.removed:,} removed"] if tally.removed else []),
        f"{tally.unchanged:,} unchanged",
        f"{tally.rejected:,} rejected",
    ]
    line = f"{', '.join(counts)} in {duration(tally.seconds)}"
    if tally.folded:
        line += f"; {counted(tally.folded, 'duplicate')} merged"
    if tally.interrupted:
        line = f"stopped: {line}; run the same command again to resume"
    if tally.truncated:
        line += f"; {tally.truncated:,} longer than the model's input limit"
    if tally.rejected and tally.rejects_file:
        line += f"; the reasons for rejection are in {tally.rejects_file}"
    elif tally.rejected and rejects_option:
        line += f"; name a file with {rejects_option} to keep the reasons for rejection"
    return line


def _rounded(number: float) -> int:
    """A count that is estimated, to three digits."""
    return int(float(f"{number:.3g}"))


def duration(seconds: float) -> str:
    """Seconds in the unit that people would use."""
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"


def size(amount: float) -> str:
    """Bytes in decimal units."""
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"
