"""What a run says about itself while it goes on and when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_PAPER_BYTES = 2_600
"""A paper's text, its entries in the catalog's indexes and its columns, on average."""
_PROCESS_BYTES = 600_000_000
"""The model and its working memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a long build will take, from the first papers of it.

    Attributes:
        papers: How many papers the inputs hold, about.
        seconds: From now to the end, about.
        disk_bytes: What the papers will take up in the index.
        memory_bytes: What the process will take up at its peak.
    """

    papers: int
    seconds: float
    disk_bytes: int
    memory_bytes: int


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run did so far; what was read is the sum of the first five.

    Attributes:
        added: Papers new to the index.
        updated: Papers of which something changed.
        removed: Papers of which an archive said that they are gone.
        unchanged: Records that told nothing new; they cost nothing.
        folded: Papers that turned out to be the same as another, and became one with it.
        rejected: Records that aren't papers; each stands in ``rejects_file`` with its reason.
        embedded: Texts that went through the model.
        truncated: Added or updated papers that are longer than the model reads.
        seconds: Since the start.
        rejects_file: Where the rejects are, when there are any and somewhere to write them.
        generation: That the index is at now.
        interrupted: Stopped by Ctrl-C; what was counted is in the index.
    """

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    folded: int = 0
    rejected: int = 0
    embedded: int = 0
    truncated: int = 0
    seconds: float = 0.0
    rejects_file: Path | None = None
    generation: int = 0
    interrupted: bool = False

    @property
    def read(self) -> int:
        """Records taken in."""
        return self.added + self.updated + self.removed + self.unchanged + self.rejected

    @property
    def changed(self) -> bool:
        """Whether the index isn't what it was before."""
        return bool(self.added or self.updated or self.removed)


class Listener(Protocol):
    """Whoever shows the progress of a run."""

    def estimated(self, estimate: Estimate) -> None:
        """Called at most once, after the first papers of a long build have been embedded."""
        ...

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        """Called after each batch; ``fraction`` of the input is read, ``None`` if unknown."""
        ...


class Silent:
    """Shows nothing."""

    def estimated(self, estimate: Estimate) -> None:
        """Nothing."""

    def advanced(self, tally: Tally, fraction: float | None) -> None:
        """Nothing."""


def estimate(tally: Tally, fraction: float, dimension: int) -> Estimate:
    """What is ahead when ``fraction`` of the input took what ``tally`` says."""
    papers = round(tally.read / fraction)
    vector_bytes = 2 * dimension  # float16
    return Estimate(
        papers=papers,
        seconds=tally.seconds * (1 - fraction) / fraction,
        # Each vector stands in the catalog and in the vectors' file.
        disk_bytes=papers * (_PAPER_BYTES + 2 * vector_bytes),
        # Folding holds one copy of all vectors.
        memory_bytes=_PROCESS_BYTES + papers * (vector_bytes + 400),
    )
