"""The writer of an index in memory: every commit makes another state."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from types import MappingProxyType
from typing import Protocol

from indexer.entries import Embedded, Entry, Held
from indexer.memory.state import State
from indexer.models.embedder import Encoded, Model
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import About


class Shelf(Protocol):
    """Where the newest state stands."""

    state: State


@dataclass(frozen=True, slots=True)
class MemoryWriter:
    """An index in memory, open for writing.

    Attributes:
        shelf: Of the index.
        publish: Lets readers see what was committed.
    """

    shelf: Shelf
    publish: Callable[[], About]

    @property
    def model(self) -> Model:
        """What makes its vectors."""
        return self.shelf.state.model

    def bearers(self, names: Iterable[str], *, own: bool = False) -> list[tuple[Name, int]]:
        """Where these stand among the names of live papers, with their row numbers."""
        return self.shelf.state.bearers(names, own=own)

    def known(self, rows: Iterable[int]) -> dict[int, Held]:
        """Live papers by their row numbers."""
        live = self.shelf.state.live
        return {
            row: Held(live[row].paper, frozenset(live[row].names), live[row].arrived or 0)
            for row in rows
            if row in live
        }

    def current(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The live papers that these names mean, by the names."""
        state = self.shelf.state
        return {name: state.live[row].paper for name, row in state.located(ids).items()}

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """What was embedded before among these text hashes, of live or removed papers."""
        known = self.shelf.state.embedded
        return {text_hash: known[text_hash] for text_hash in hashes if text_hash in known}

    def from_source(self, name: str, most: int) -> list[Entry]:
        """Up to ``most`` live papers that a source tells of, ready to be committed again."""
        live = self.shelf.state.live.values()
        return list(islice((entry for entry in live if name in entry.paper.sources), most))

    def sample(self, most: int) -> list[Paper]:
        """At most that many live papers, spread evenly; always the same of the same papers."""
        papers = [entry.paper for entry in self.shelf.state.live.values()]
        step = max(1, len(papers) / most)
        return [papers[int(place * step)] for place in range(min(most, len(papers)))]

    def staging(self, model: Model, recipe: str) -> MemoryStaging:
        """New vectors of every paper, begun or gone on with."""
        if self.shelf.state.aim != (model, recipe):
            self.shelf.state = replace(self.shelf.state, aim=(model, recipe), staged={})
        return MemoryStaging(self.shelf)

    def meta(self, key: str) -> str | None:
        """A value of the index's own description."""
        return self.shelf.state.meta.get(key)

    def commit(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        meta: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add or replace papers by their ids, remove others and set ``meta``, all or nothing."""
        state = replace(self.shelf.state, meta={**self.shelf.state.meta, **meta})
        if entries or removed:
            state = _changed(state, entries, {*removed, *(entry.paper.id for entry in entries)})
        self.shelf.state = state


@dataclass(frozen=True, slots=True)
class MemoryStaging:
    """The next vectors of an index in memory."""

    shelf: Shelf

    def missing(self, most: int) -> list[tuple[int, Paper]]:
        """Row numbers and papers that have no new vector yet; empty when all have one."""
        state = self.shelf.state
        rows = (row for row in state.live if row not in state.staged)
        return [(row, state.live[row].paper) for row in islice(rows, most)]

    def keep(self, rows: Sequence[int], encoded: Encoded) -> None:
        """Add the vectors of these rows."""
        halves = encoded.vectors.astype("float16")
        new = {
            row: Embedded(vector, bool(truncated))
            for row, vector, truncated in zip(rows, halves, encoded.truncated, strict=True)
        }
        state = self.shelf.state
        self.shelf.state = replace(state, staged={**state.staged, **new})

    def share(self) -> float:
        """How many of the live papers have one, 0 to 1."""
        state = self.shelf.state
        return len(state.live.keys() & state.staged.keys()) / max(1, len(state.live))

    def adopt(self, meta: Mapping[str, str] = MappingProxyType({})) -> None:
        """Make them the index's vectors; those of papers that were removed are forgotten."""
        state = self.shelf.state
        model, recipe = state.aim or (state.model, state.recipe)
        live = {
            row: replace(entry, vector=new.vector, truncated=new.truncated)
            for row, entry in state.live.items()
            for new in [state.staged[row]]
        }
        self.shelf.state = replace(
            state,
            model=model,
            recipe=recipe,
            meta={**state.meta, **description(model, recipe), **meta},
            changes=(*state.changes, _now()),
            live=live,
            embedded=embedded_of(live.values()),
            aim=None,
            staged={},
        )


OWN = frozenset(("identity", "model", "recipe"))
"""What an index says of itself, beside what it is told to."""


def description(model: Model, recipe: str) -> dict[str, str]:
    """What an index says of its vectors."""
    return {"model": json.dumps(asdict(model)), "recipe": recipe}


def _changed(state: State, entries: Sequence[Entry], gone: set[str]) -> State:
    """The state after one more change."""
    change = state.change + 1
    live = {row: entry for row, entry in state.live.items() if entry.paper.id not in gone}
    for row, entry in enumerate(entries, state.last_row + 1):
        arrived = change if entry.arrived is None else entry.arrived
        live[row] = replace(entry, names=frozenset(entry.names), arrived=arrived)
    return replace(
        state,
        changes=(*state.changes, _now()),
        live=live,
        last_row=state.last_row + len(entries),
        embedded={**state.embedded, **embedded_of(entries)},
    )


def embedded_of(entries: Iterable[Entry]) -> dict[str, Embedded]:
    """What was embedded, by text hash."""
    return {entry.text_hash: Embedded(entry.vector, entry.truncated) for entry in entries}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
