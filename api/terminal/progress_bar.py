"""The progress of a long run, for the person who waits for it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from api.terminal.streams import say
from api.wording import counted
from indexer.pipeline import Estimate, Tally


class _Bar:
    """A bar on standard error while it is entered; silent where nobody watches."""

    def __init__(self, doing: str, total: float | None) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[counted]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task(doing, total=total, counted="")

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

    def __init__(self, doing: str = "Indexing") -> None:
        super().__init__(doing, total=None)

    def estimated(self, estimate: Estimate) -> None:
        """Say beforehand how long a run will take, and how much space."""
        say(
            f"about {estimate.papers:,} papers: {duration(estimate.seconds)}, "
            f"{size(estimate.disk_bytes)} on disk, {size(estimate.memory_bytes)} of memory"
        )

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        """Move the bar on."""
        done = tally.read
        rate = done / tally.seconds if tally.seconds > 0 else 0.0
        self._bar.update(
            self._task,
            total=None if fraction is None else 1.0,
            completed=fraction or 0.0,
            counted=f"{done:,} papers, {rate:,.0f}/s",
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
