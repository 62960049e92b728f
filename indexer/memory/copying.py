"""A copy of an index that is being made in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from indexer.copying import Origin, require_all
from indexer.entries import Entry
from indexer.memory.state import State
from indexer.memory.writer import description, embedded_of


@dataclass(slots=True)
class MemoryCopying:
    """Papers so far.

    Attributes:
        origin: What is copied.
        show: Makes it the index.
        is_anew: Whether an unfinished copy of another state was thrown away for it.
        live: By row number.
        workspace: None.
    """

    origin: Origin
    show: Callable[[State], None]
    is_anew: bool
    live: dict[int, Entry] = field(default_factory=dict)
    workspace: Path | None = None

    @property
    def last_row(self) -> int:
        """Row number up to which it has all papers, 0 for none."""
        return max(self.live, default=0)

    def add(self, rows: Sequence[int], entries: Sequence[Entry]) -> None:
        """Take papers over under their row numbers."""
        for row, entry in zip(rows, entries, strict=True):
            self.live[row] = replace(entry, names=frozenset(entry.names))

    def finish(self) -> None:
        """Let readers see it."""
        origin = self.origin
        require_all("memory", len(self.live), origin)
        numbers = range(1, origin.change + 1)
        self.show(
            State(
                model=origin.model,
                recipe=origin.recipe,
                meta={
                    **origin.meta,
                    **description(origin.model, origin.recipe),
                    "identity": origin.identity,
                },
                changes=tuple(origin.changes.get(number, "") for number in numbers),
                live=self.live,
                last_row=self.last_row,
                embedded=embedded_of(self.live.values()),
            )
        )
