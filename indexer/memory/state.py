"""All that was committed to an index in memory. It never changes: a commit makes another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from indexer.entries import Embedded, Entry
from indexer.models.embedder import Model
from indexer.papers.identity import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An index after its last change.

    Attributes:
        model: What made the vectors.
        recipe: Of the text that was embedded.
        meta: The index's own description.
        changes: When each change was committed, ISO 8601 in UTC; the first has number 1. A copy
            has an empty one for each change that was never committed.
        live: Papers by row number, ascending. A number is never used twice.
        last_row: The highest number that was ever used.
        embedded: By text hash, of live and removed papers.
        aim: Model and recipe of the vectors that are staged.
        staged: The next vectors by row number, and whether the text was cut.
    """

    model: Model
    recipe: str
    meta: Mapping[str, str]
    changes: tuple[str, ...] = ()
    live: Mapping[int, Entry] = field(default_factory=dict)
    last_row: int = 0
    embedded: Mapping[str, Embedded] = field(default_factory=dict)
    aim: tuple[Model, str] | None = None
    staged: Mapping[int, Embedded] = field(default_factory=dict)

    @property
    def change(self) -> int:
        """Number of the last change, 0 before the first."""
        return len(self.changes)

    @property
    def identity(self) -> str:
        """Tells the index from others."""
        return self.meta["identity"]

    def bearers(self, names: Iterable[str], *, own: bool = False) -> list[tuple[Name, int]]:
        """Where these stand among the names of live papers; with ``own`` only as their ids."""
        wanted = set(names)
        return [
            (name, row)
            for row, entry in self.live.items()
            for name in entry.names
            if name.name in wanted and (name.name == entry.paper.id or not own)
        ]

    def located(self, names: Iterable[str]) -> dict[str, int]:
        """Row numbers by any name: of the paper whose id it is, else of the oldest."""
        found = [(name.name, row) for name, row in self.bearers(names)]
        found.sort(key=lambda pair: (self.live[pair[1]].paper.id == pair[0], -pair[1]))
        return dict(found)
