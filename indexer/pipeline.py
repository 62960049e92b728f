"""The write path, top to bottom: read, clean, skip what is known, embed, commit, publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a long build will take, from the first papers of it.

    Attributes:
        papers: How many papers the inputs hold, about.
        seconds: Until the end, about.
        disk_bytes: What the index will take up.
        memory_bytes: What the process will take up at its peak.
    """

    papers: int
    seconds: float
    disk_bytes: int
    memory_bytes: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run did so far; ``added + updated + unchanged + rejected`` is what was read.

    Attributes:
        added: Papers new to the index.
        updated: Papers of which something changed.
        unchanged: Papers known already; they cost nothing.
        rejected: Records that are no papers; each stands in ``rejects_file`` with its reason.
        embedded: Texts that went through the model.
        truncated: Papers longer than the model reads.
        seconds: Since the start.
        rejects_file: Where the rejects are, when there are any.
        generation: That the index is at now.
        interrupted: Stopped by Ctrl-C; what was counted is in the index.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    embedded: int = 0
    truncated: int = 0
    seconds: float = 0.0
    rejects_file: Path | None = None
    generation: int = 0
    interrupted: bool = False


class Listener(Protocol):
    """Whoever shows the progress of a run."""

    def estimated(self, estimate: Estimate) -> None:
        """Called once, early, when there is much to embed."""
        ...

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        """Called after each batch; ``fraction`` of the input is read, ``None`` if unknown."""
        ...


def add(
    folder: Path,
    inputs: Sequence[str],
    *,
    format: str | None = None,
    model: str | None = None,
    rejects: Path | None = None,
    listener: Listener | None = None,
) -> Tally:
    """Add and update the papers of ``inputs`` (paths, or ``-`` for standard input)."""
    raise NotImplementedError
