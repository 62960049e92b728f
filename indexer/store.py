"""The protocols that everything stands on: a Store, its Snapshots, its one Writer.

::

    Store      an index somewhere: a folder, memory
    Snapshot   one published state of it, immutable, that answers all that a question needs
    Writer     the one process that may change it: commits papers, publishes them

``search`` and ``api`` read snapshots and nothing else; the pipeline writes through a writer and
nothing else. The same contract tests run on every implementation (``tests/contract``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from indexer.copying import Copying, Origin
from indexer.entries import Embedded, Entry, Held
from indexer.models.choice import Named
from indexer.models.embedder import Embedder, Encoded, Model
from indexer.models.precision import Precision
from indexer.papers.identity import Name
from indexer.papers.paper import Paper
from indexer.snapshot import About, Snapshot


class Staging(Protocol):
    """Vectors of another model or recipe, put aside until there is one for every paper.

    What was kept stays when the process ends; the same model and recipe go on from there.
    """

    def missing(self, most: int) -> list[tuple[int, Paper]]:
        """Row numbers and papers that have no new vector yet; empty when all have one."""
        ...

    def keep(self, rows: Sequence[int], encoded: Encoded) -> None:
        """Add the vectors of these rows; on return they are acknowledged."""
        ...

    def share(self) -> float:
        """How many of the live papers have one, 0 to 1."""
        ...

    def adopt(self, meta: Mapping[str, str] = ...) -> None:
        """Make them the index's vectors and set ``meta``, all at once; publish shows them."""
        ...


class Writer(Protocol):
    """An index open for writing by one process."""

    @property
    def model(self) -> Model:
        """What makes its vectors."""
        ...

    def bearers(self, names: Iterable[str], *, own: bool = False) -> list[tuple[Name, int]]:
        """Where these stand among the names of live papers, with their row numbers.

        With ``own``, only papers that have the name for their id.
        """
        ...

    def known(self, rows: Iterable[int]) -> dict[int, Held]:
        """Live papers by their row numbers."""
        ...

    def current(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The live papers that these names mean, by the names."""
        ...

    def embedded(self, hashes: Iterable[str]) -> dict[str, Embedded]:
        """What was embedded before among these text hashes, of live or removed papers."""
        ...

    def from_source(self, name: str, most: int) -> list[Entry]:
        """Up to ``most`` live papers that a source tells of, ready to be committed again."""
        ...

    def sample(self, most: int) -> list[Paper]:
        """At most that many live papers, spread evenly; always the same of the same papers."""
        ...

    def staging(self, model: Model, recipe: str) -> Staging:
        """New vectors of every paper, begun or gone on with."""
        ...

    def meta(self, key: str) -> str | None:
        """A value of the index's own description."""
        ...

    def commit(
        self,
        entries: Sequence[Entry],
        removed: Sequence[str] = (),
        meta: Mapping[str, str] = ...,
    ) -> None:
        """Add or replace papers by their ids, remove others and set ``meta``, all or nothing.

        On return the change is acknowledged: it is never lost.
        """
        ...

    def publish(self) -> About:
        """Let readers see what was committed."""
        ...


class Store(Protocol):
    """An index somewhere, which need not be there yet. Safe to use from many threads."""

    @property
    def location(self) -> str:
        """Where it is, for messages."""
        ...

    @property
    def workspace(self) -> Path | None:
        """A folder for files that go with the index, such as the rejects; ``None`` for none."""
        ...

    @property
    def remote(self) -> bool:
        """Whether it is read over a network."""
        ...

    def recover(self) -> None:
        """Publish what a killed writer committed, and bring an older format up to date.

        Does nothing where somebody writes, where this process may not, or where it would take
        long; raises ``IndexNotFoundError`` where there is no index. The only step of a reader's
        that writes: call it once before the first snapshot.
        """
        ...

    def snapshot(self) -> Snapshot | None:
        """The newest published state; ``None`` where nothing was published yet.

        Raises ``IndexNotFoundError`` where there is no index.
        """
        ...

    @property
    def problem(self) -> str:
        """Why the last snapshot isn't of what is there now, in one line; empty where it is."""
        ...

    def writer(
        self, create: Callable[[], Model] | None = None, *, outdated: bool = False
    ) -> AbstractContextManager[Writer]:
        """Open it for writing; raises ``IndexBusyError`` while another process writes.

        Args:
            create: Gives the model of a new index; without it a missing index is an error.
            outdated: Open even an index of another text recipe, to bring it up to date.
        """
        ...

    def committed(self) -> tuple[int, dict[str, str]]:
        """Number of the last change, published or not, and the index's description after it."""
        ...

    def copying(self, origin: Origin) -> AbstractContextManager[Copying]:
        """Make it a copy, begun or gone on with; another state is begun anew.

        Raises:
            UsageError: There is an index already.
            IndexBusyError: Another process is making it.
        """
        ...

    def embedder(self, model: Model, given: Embedder | None = None) -> Embedder:
        """What embeds like the model of the index: ``given``, if it does, else it is loaded.

        Raises:
            ModelError: It can't be loaded, or isn't the same.
        """
        ...

    def new_embedder(
        self, named: Named, precision: Precision, sample: Callable[[], Sequence[str]]
    ) -> Embedder:
        """The model that vectors are to be made with from now on; int8 is fitted to ``sample``."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
