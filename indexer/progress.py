"""What a run says about itself while it goes on and when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
class InputReport:
    """How an input was read.

    Attributes:
        path: As it was given, or ``stdin``.
        format: A name that ``--format`` takes.
        encoding: In which the text was, empty where that is UTF-8 or no text.
        papers: How many were read; some may be of the same paper.
        rejected: Records that aren't papers.
        without: By field, of how many papers the input doesn't tell it.
        examples: For each of these, the known fields of the first such paper.
        used: Of a table, by heading, what a column was taken for.
        unused: Of a table, headings of which nothing was taken.
        numbered: Ids that count the rows of a table were left out.
        reason: Why the first record was rejected that was.
        interrupted: Ctrl-C ended the reading.
    """

    path: str
    format: str
    encoding: str = ""
    papers: int = 0
    rejected: int = 0
    without: dict[str, int] = field(default_factory=lambda: {"title": 0, "abstract": 0})
    examples: dict[str, Mapping[str, object]] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    numbered: bool = False
    reason: str = ""
    interrupted: bool = False


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
        ahead: Papers that are embedded and not committed yet.
        seconds: Since the start.
        rejects_file: Where the rejects are, when there are any and somewhere to write them.
        generation: That the index is at now.
        interrupted: Stopped by Ctrl-C; what was counted is in the index.
        inputs: How each input was read, where the papers are those of files.
    """

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    folded: int = 0
    rejected: int = 0
    embedded: int = 0
    truncated: int = 0
    ahead: int = 0
    seconds: float = 0.0
    rejects_file: Path | None = None
    generation: int = 0
    interrupted: bool = False
    inputs: list[InputReport] = field(default_factory=list)

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


def estimate(tally: Tally, fraction: float, dimension: int, rate: float) -> Estimate:
    """What is ahead when ``tally`` says what was read with ``fraction`` of the input.

    Args:
        tally: Of the run.
        fraction: Above 0.
        dimension: Of the vectors.
        rate: Papers a second.
    """
    papers = round(tally.read / fraction)
    return Estimate(
        papers=papers,
        seconds=(papers - tally.read) / rate,
        disk_bytes=disk_bytes(papers, dimension),
        # Folding holds one copy of all vectors.
        memory_bytes=_PROCESS_BYTES + papers * (_vector_bytes(dimension) + 400),
    )


def disk_bytes(papers: int, dimension: int) -> int:
    """What so many papers take up in an index in a folder, with vectors of so many numbers."""
    # Each vector stands in the catalog and in the vectors' file.
    return papers * (_PAPER_BYTES + 2 * _vector_bytes(dimension))


def _vector_bytes(dimension: int) -> int:
    return 2 * dimension  # float16
