"""What one store tells another of an index, so that a copy of it is the same index elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from indexer.entries import Entry
from indexer.errors import IndexDamagedError
from indexer.models.embedder import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The published state that is copied.

    Attributes:
        identity: Of the index; the copy has the same.
        fingerprint: Of the state.
        change: Number of the last change that is in it.
        papers: How many papers it holds.
        model: What made the vectors.
        recipe: Name and version of the text that was embedded.
        changes: When each change was committed, ISO 8601 in UTC, by its number.
        meta: The index's own description, such as how far harvests are.
    """

    identity: str
    fingerprint: str
    change: int
    papers: int
    model: Model
    recipe: str
    changes: Mapping[int, str]
    meta: Mapping[str, str]


class Copying(Protocol):
    """A copy that is being made. Readers see no index until it is finished.

    What was added stays when the process ends, and the next copy of the same state goes on.
    """

    @property
    def last_row(self) -> int:
        """Row number up to which it has all papers, 0 for none."""
        ...

    @property
    def is_anew(self) -> bool:
        """Whether an unfinished copy of another state was thrown away for it."""
        ...

    @property
    def workspace(self) -> Path | None:
        """A folder for files that go with the index; ``None`` for none."""
        ...

    def add(self, rows: Sequence[int], entries: Sequence[Entry]) -> None:
        """Take papers over under their row numbers, which ascend; on return they are kept."""
        ...

    def finish(self) -> None:
        """Let readers see it.

        Raises ``IndexDamagedError`` if it hasn't as many papers as the state that is copied.
        """
        ...


def require_all(location: object, held: int, origin: Origin) -> None:
    """Raise ``IndexDamagedError`` if a copy hasn't as many papers as the state that is copied."""
    if held != origin.papers:
        raise IndexDamagedError(
            f"{location}: not finished, {held:,} papers came of {origin.papers:,} that the source "
            "counts; run `nearpaper check` on the source"
        )


__all__ = ["Copying", "Origin", "require_all"]
