"""Writing the columns of a segment; ``columns.py`` says what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.glossary.counts import Counts
from indexer.glossary.tables import arrays_of
from indexer.local.catalog.rows import Block
from indexer.local.segments.columns import GLOSSARY, RETRACTED, Columns, Mask, Positions
from indexer.local.segments.tensors import write_tensors
from indexer.local.segments.value_lists import Field, ValueLists
from indexer.papers.dates import date_key
from indexer.papers.folding import fold, title_hash, words
from indexer.papers.paper import Paper


def author_words(name: str) -> set[str]:
    """A name's words and their initials: ``Y. Bengio`` finds ``Yoshua Bengio``."""
    whole = words(name)
    return {*whole, *(word[0] for word in whole)}


def category_words(category: str) -> set[str]:
    """A category and its archive: ``cs`` finds ``cs.CL``."""
    folded = fold(category)
    return {folded, folded.split(".", 1)[0]}


def venue_words(venue: str) -> set[str]:
    """A venue's words."""
    return set(words(venue))


STORED = {
    "author": Field(lambda paper: paper.authors, author_words),
    "category": Field(lambda paper: paper.categories, category_words),
    "venue": Field(lambda paper: (paper.venue,) if paper.venue else (), venue_words),
}
"""Fields with several values."""


@dataclass(frozen=True, slots=True)
class Number:
    """A column with one value for each paper."""

    of: Callable[[Paper], int]
    kind: type[np.generic]


NUMBERS = {
    "dates": Number(lambda paper: date_key(paper.date), np.int32),
    "upvotes": Number(lambda paper: -1 if paper.upvotes is None else paper.upvotes, np.int32),
    "titles": Number(lambda paper: title_hash(paper.title), np.uint64),
    RETRACTED: Number(lambda paper: paper.retracted, np.bool_),
}


class ColumnWriter:
    """Takes papers in blocks, then gives their columns, for :func:`write_columns`."""

    def __init__(self) -> None:
        self._taken_over: list[tuple[Columns, Mask]] = []
        self._rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._truncated: list[Mask] = [np.empty(0, np.bool_)]
        self._numbers: dict[str, list[int]] = {name: [] for name in NUMBERS}
        self._lists = {name: ValueLists(field) for name, field in STORED.items()}
        self._counts = Counts()

    def take_over(self, written: Columns, kept: Mask, gone: Sequence[Paper]) -> None:
        """Put the papers of written columns where ``kept`` is true before those to be added.

        ``gone`` are the others. What is then written is what would be if all had been added one by
        one.
        """
        self._taken_over.append((written, kept))
        for name, lists in self._lists.items():
            lists.take_over(written.field(name), kept)
        if written.glossary is not None:
            self._counts.merge(written.glossary.counts())
            self._counts.take_away(gone)

    def add(self, block: Block) -> None:
        """Append papers."""
        self._rows.append(block.rows)
        self._truncated.append(block.truncated)
        self._counts.add(block.papers)
        for name, number in NUMBERS.items():
            self._numbers[name] += map(number.of, block.papers)
        for paper in block.papers:
            for lists in self._lists.values():
                lists.add(paper)

    def arrays(self, tombstones: Positions) -> dict[str, NDArray[Any]]:
        """What is to be written, with the positions of the base that died since it was written."""
        added = {
            "rows": np.concatenate(self._rows),
            "truncated": np.concatenate(self._truncated),
            **{name: np.array(self._numbers[name], each.kind) for name, each in NUMBERS.items()},
        }
        arrays = {name: self._behind(name, values) for name, values in added.items()}
        arrays["dead"] = tombstones
        for name, lists in self._lists.items():
            arrays |= {f"{name}.{part}": array for part, array in lists.arrays().items()}
        told = arrays_of(self._counts)
        return arrays | {f"{GLOSSARY}.{part}": array for part, array in told.items()}

    def _behind(self, name: str, added: NDArray[Any]) -> NDArray[Any]:
        """A column with one value for each paper, behind what is taken over of it."""
        taken = [getattr(written, name)[kept] for written, kept in self._taken_over]
        values = np.concatenate([*taken, added])
        return values.astype(np.uint8) if values.dtype == np.bool_ else values


def write_columns(path: Path, arrays: Mapping[str, NDArray[Any]], nearness: float) -> None:
    """Write the file: what a writer has collected, and :meth:`VectorWriter.nearness`."""
    write_tensors(path, {**arrays, "nearness": np.array([nearness], np.float32)})
