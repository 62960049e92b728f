"""One generation of an index, open for reading: a base, a tail, and which papers are live.

A position counts all papers of the generation from 0: first the base's, then the tail's, ascending
by row id throughout. What is held here never changes; a newer generation is another object.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamagedError
from indexer.local.segments.columns import Columns, Mask, Positions, most_frequent
from indexer.local.segments.lexicon import Lexicon
from indexer.local.segments.manifest import Manifest
from indexer.local.segments.vectors import EXACT, Found, Probing, Vectors, best_first


@dataclass(frozen=True, slots=True)
class Segment:
    """Vectors and columns of the same papers."""

    vectors: Vectors
    columns: Columns

    @classmethod
    def open(cls, folder: Path, name: str, probing: Probing = EXACT) -> Segment:
        """Map the files of a segment; raises ``FileNotFoundError`` when one is gone."""
        vectors = Vectors(vector_file(folder, name), probing)
        segment = cls(vectors, Columns(column_file(folder, name)))
        if len(segment.vectors) != len(segment.columns):
            raise IndexDamagedError(
                f"{folder}: vectors and columns of {name} don't fit; run `nearpaper rebuild`"
            )
        return segment

    def __len__(self) -> int:
        return len(self.columns)


def vector_file(folder: Path, name: str) -> Path:
    """Where a segment's vectors are."""
    return folder / "vectors" / f"{name}.faiss"


def column_file(folder: Path, name: str) -> Path:
    """Where a segment's columns are."""
    return folder / "columns" / f"{name}.safetensors"


def lexicon_folder(folder: Path, name: str) -> Path:
    """Where a lexicon is."""
    return folder / "lexicon" / name


def _most(found: Mapping[str, int], most: int) -> dict[str, int]:
    """The most frequent first, equally frequent ones by name."""
    return dict(heapq.nsmallest(most, found.items(), key=lambda item: (-item[1], item[0])))


def _require_kin(folder: Path, manifest: Manifest, base: Segment, tail: Segment) -> None:
    """Raise ``IndexDamagedError`` for segments that no writer published together."""
    dead = tail.columns.tombstones
    rows = base.columns.last_row, tail.columns.rows[:1]
    if (
        {base.vectors.dimension, tail.vectors.dimension} != {manifest.model.dimension}
        or len(base.columns.tombstones)
        or (len(dead) and dead[-1] >= len(base))
        or (len(rows[1]) and rows[1][0] <= rows[0])
        or len(base) + len(tail) - len(dead) != manifest.papers
    ):
        raise IndexDamagedError(
            f"{folder}: {manifest.base} and {manifest.tail} don't fit; run `nearpaper rebuild`"
        )


class Generation:
    """All that a search reads, fixed."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.manifest = manifest
        base = Segment.open(folder, manifest.base, manifest.probing)
        self.segments = (base, Segment.open(folder, manifest.tail))
        self.lexicon = Lexicon(lexicon_folder(folder, manifest.lexicon), manifest.tokens)
        tail = self.segments[1]
        _require_kin(folder, manifest, base, tail)
        self._split = len(base)
        self.live: Mask = np.ones(len(base) + len(tail), np.bool_)
        self.live[tail.columns.tombstones] = False
        self.live.flags.writeable = False

    def __len__(self) -> int:
        return len(self.live)

    @property
    def nearness(self) -> float:
        """The median cosine of a paper to its nearest neighbour, in the larger segment."""
        return max(self.segments, key=len).columns.nearness

    def nowhere(self) -> Mask:
        """A mask that is true at no position."""
        return np.zeros(len(self), np.bool_)

    def mask(self, condition: Callable[[Columns], Mask]) -> Mask:
        """Where a condition on the columns holds, of live papers and others."""
        return np.concatenate([condition(segment.columns) for segment in self.segments])

    def gather(self, name: str, mask: Mask) -> NDArray[Any]:
        """Values of a column where a mask over all positions is true."""
        base, tail = (getattr(segment.columns, name) for segment in self.segments)
        return np.concatenate([base[mask[: self._split]], tail[mask[self._split :]]])

    def value_counts(self, field: str, mask: Mask, most: int) -> dict[str, int]:
        """The ``most`` frequent values of a field with several values, and how often they occur.

        Exact: what stands in both segments is added up before the most frequent are taken.
        """
        base, tail = (segment.columns for segment in self.segments)
        of_base = base.value_counts(field, mask[: self._split])
        of_tail = tail.value_counts(field, mask[self._split :])
        here, there = tail.shared_values(field, base)
        of_base[there] += of_tail[here]
        of_tail[here] = 0
        found: dict[str, int] = {}
        for columns, counts in ((base, of_base), (tail, of_tail)):
            codes = most_frequent(counts, most)
            found |= zip(columns.values(field, codes), counts[codes].tolist(), strict=True)
        return _most(found, most)

    def value_counts_at(self, field: str, positions: Positions, most: int) -> dict[str, int]:
        """The same at a few positions, without going over all papers."""
        in_base = positions < self._split
        places = (positions[in_base], positions[~in_base] - self._split)
        found: Counter[str] = Counter()
        for segment, at in zip(self.segments, places, strict=True):
            codes, counts = segment.columns.codes_at(field, at)
            if len(at) == len(positions):  # nothing of the other segment can add to these
                frequent = most_frequent(counts, most)
                codes, counts = codes[frequent], counts[frequent]
            values = segment.columns.values(field, codes)
            found.update(dict(zip(values, counts.tolist(), strict=True)))
        return _most(found, most)

    def column(self, name: str, positions: Positions) -> NDArray[Any]:
        """Values of a column with one value for each paper, by its name, at some positions."""
        base, tail = (getattr(segment.columns, name) for segment in self.segments)
        values = np.empty(len(positions), base.dtype)
        in_base = positions < self._split
        values[in_base] = base[positions[in_base]]
        values[~in_base] = tail[positions[~in_base] - self._split]
        return values

    def values_at(self, field: str, positions: Positions) -> list[tuple[str, ...]]:
        """The values of a field at each of ``n`` ascending positions."""
        base, tail = (segment.columns for segment in self.segments)
        in_base = positions < self._split
        return [
            *base.values_at(field, positions[in_base]),
            *tail.values_at(field, positions[~in_base] - self._split),
        ]

    def vectors(self, positions: Positions) -> NDArray[np.float32]:
        """``(n, d)`` vectors at some positions."""
        base, tail = (segment.vectors for segment in self.segments)
        in_base = positions < self._split
        vectors = np.empty((len(positions), base.dimension), np.float32)
        vectors[in_base] = base.at(positions[in_base])
        vectors[~in_base] = tail.at(positions[~in_base] - self._split)
        return vectors

    def positions(self, rows: Sequence[int] | NDArray[np.int64]) -> Positions:
        """Positions of row ids, -1 for those that this generation doesn't hold."""
        wanted = np.asarray(rows, np.int64)
        base, tail = (segment.columns.rows for segment in self.segments)
        found = np.searchsorted(base, wanted)
        in_tail = found == self._split
        found[in_tail] = self._split + np.searchsorted(tail, wanted[in_tail])
        held = found < len(self)
        held[held] = self.column("rows", found[held]) == wanted[held]
        return np.where(held, found, -1)

    def nearest(
        self, query: NDArray[np.float32], k: int, mask: Mask, *, exact: bool = False
    ) -> Found:
        """The ``k`` positions nearest to a ``(d,)`` unit vector, among the live ones of ``mask``.

        Without ``exact``, with the recall that the manifest names.
        """
        base, tail = self.segments
        of_base = base.vectors.nearest(query, k, mask[: self._split], exact=exact)
        of_tail = tail.vectors.nearest(query, k, mask[self._split :])
        return best_first(
            np.concatenate([of_base[0], of_tail[0] + self._split]),
            np.concatenate([of_base[1], of_tail[1]]),
            k,
        )
