"""What filters, sorts and facets need of every paper, as memory-mapped arrays by position.

A position counts the papers of a part from 0, ascending by row id. Dates are ``YYYYMMDD`` numbers
with zeros for unknown parts; unknown upvotes are -1; a title is a hash of its words. Fields with
several values (categories, authors, venues) keep the values of each position, the positions of
each value, and the words by which a value is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.catalog import Block
from indexer.errors import IndexDamagedError
from indexer.folding import fold, words
from indexer.paper import Paper, date_key
from indexer.tensors import map_tensors, write_tensors

Positions = NDArray[np.int64]
Mask = NDArray[np.bool_]


def author_words(name: str) -> set[str]:
    """A name's words and their initials: ``Y. Bengio`` finds ``Yoshua Bengio``."""
    found = words(name)
    return {*found, *(word[0] for word in found)}


def category_words(category: str) -> set[str]:
    """A category and its archive: ``cs`` finds ``cs.CL``."""
    folded = fold(category)
    return {folded, folded.split(".", 1)[0]}


def venue_words(venue: str) -> set[str]:
    """A venue's words."""
    return set(words(venue))


Words = Callable[[str], set[str]]
_STORED: dict[str, tuple[Callable[[Paper], Sequence[str]], Words]] = {
    "author": (lambda paper: paper.authors, author_words),
    "category": (lambda paper: paper.categories, category_words),
    "venue": (lambda paper: (paper.venue,) if paper.venue else (), venue_words),
}
_ASKED: dict[str, Callable[[str], Iterable[str]]] = {
    "author": words,
    "category": lambda category: [fold(category)],
    "venue": words,
}


class ColumnWriter:
    """Takes papers in blocks, then writes their columns as one file."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._truncated: list[Mask] = [np.empty(0, np.bool_)]
        self._dates: list[int] = []
        self._upvotes: list[int] = []
        self._titles: list[int] = []
        self._lists = {name: _ListBuilder(*how) for name, how in _STORED.items()}

    def add(self, block: Block) -> None:
        """Append papers."""
        self._rows.append(block.rows)
        self._truncated.append(block.truncated)
        for paper in block.papers:
            self._dates.append(date_key(paper.date))
            self._upvotes.append(-1 if paper.upvotes is None else paper.upvotes)
            self._titles.append(title_hash(paper.title))
            for builder in self._lists.values():
                builder.add(paper)

    def write(self, path: Path, dead: Positions) -> None:
        """Write the file; ``dead`` are positions of the base that died since it was written."""
        arrays: dict[str, NDArray[Any]] = {
            "rows": np.concatenate(self._rows),
            "truncated": np.concatenate(self._truncated).astype(np.uint8),
            "dates": np.array(self._dates, np.int32),
            "upvotes": np.array(self._upvotes, np.int32),
            "titles": np.array(self._titles, np.uint64),
            "dead": dead,
        }
        for name, builder in self._lists.items():
            arrays |= {f"{name}.{part}": array for part, array in builder.arrays().items()}
        write_tensors(path, arrays)


class _ListBuilder:
    """Collects one field with several values."""

    def __init__(self, values: Callable[[Paper], Sequence[str]], words: Words) -> None:
        self._values, self._words = values, words
        self._codes: list[int] = []
        self._ends = [0]
        self._vocabulary: dict[str, int] = {}

    def add(self, paper: Paper) -> None:
        for value in dict.fromkeys(self._values(paper)):
            self._codes.append(self._vocabulary.setdefault(value, len(self._vocabulary)))
        self._ends.append(len(self._codes))

    def arrays(self) -> dict[str, NDArray[Any]]:
        encoded = [value.encode() for value in self._vocabulary]
        codes = np.array(self._codes, np.uint32)
        ends = np.array(self._ends, np.int64)
        positions = np.repeat(np.arange(len(ends) - 1, dtype=np.uint32), np.diff(ends))
        by_value = np.argsort(codes, kind="stable")
        hashes, values = self._word_pairs()
        by_word = np.lexsort((values, hashes))
        return {
            "text": np.frombuffer(b"".join(encoded), np.uint8),
            "text_ends": np.cumsum([0, *map(len, encoded)], dtype=np.int64),
            "codes": codes,
            "code_ends": ends,
            "positions": positions[by_value],
            "position_ends": np.searchsorted(codes[by_value], np.arange(len(encoded) + 1)),
            "words": hashes[by_word],
            "word_values": values[by_word],
        }

    def _word_pairs(self) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        pairs = [
            (word_hash(word), code)
            for value, code in self._vocabulary.items()
            for word in self._words(value)
        ]
        return (
            np.array([word for word, _ in pairs], np.uint64),
            np.array([code for _, code in pairs], np.uint32),
        )


def word_hash(word: str) -> int:
    """64 bits stand for a word: among a million words a chance of 3 in 10^8 that two collide."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


def title_hash(title: str) -> int:
    """Equal for titles of the same words, however they are printed."""
    return word_hash(" ".join(words(title)))


class Columns:
    """The columns of one part of an index, open for reading."""

    def __init__(self, path: Path) -> None:
        try:
            self._arrays = arrays = map_tensors(path)
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamagedError(
                f"{path}: not readable as columns; run `nearpaper rebuild`"
            ) from error
        self.rows: NDArray[np.int64] = arrays["rows"]
        self.dates: NDArray[np.int32] = arrays["dates"]
        self.upvotes: NDArray[np.int32] = arrays["upvotes"]
        self.titles: NDArray[np.uint64] = arrays["titles"]
        self.truncated: Mask = arrays["truncated"].view(np.bool_)
        self.dead: Positions = arrays["dead"]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def last_row(self) -> int:
        """The highest row id, 0 in an empty part."""
        return int(self.rows[-1]) if len(self) else 0

    def dated(self, first: int, last: int) -> Mask:
        """Where a paper's day, month or year overlaps with ``first`` to ``last``, inclusive.

        Both are :func:`~indexer.paper.date_key` numbers, zeros standing for the whole period;
        a paper without a date is never within.
        """
        starts = self.dates
        return (starts > 0) & (starts <= period_end(last)) & (_period_ends(starts) >= first)

    def having(self, field: str, asked: str) -> Mask:
        """Where some value of ``field`` (author, category, venue) has all words of ``asked``."""
        mask = np.zeros(len(self), np.bool_)
        ends = self._arrays[f"{field}.position_ends"]
        positions = self._arrays[f"{field}.positions"]
        for value in self._values_with(field, asked):
            mask[positions[ends[value] : ends[value + 1]]] = True
        return mask

    def _values_with(self, field: str, asked: str) -> NDArray[np.uint32]:
        hashes, values = self._arrays[f"{field}.words"], self._arrays[f"{field}.word_values"]
        found = []
        for word in dict.fromkeys(_ASKED[field](asked)):
            key = np.uint64(word_hash(word))
            first, last = np.searchsorted(hashes, key), np.searchsorted(hashes, key, "right")
            found.append(values[first:last])
        if not found:
            return np.empty(0, np.uint32)
        return reduce(lambda some, more: np.intersect1d(some, more, assume_unique=True), found)


def period_end(key: int) -> int:
    """The last day of the year, month or day that a ``YYYYMMDD`` number stands for, or later."""
    return int(_period_ends(np.array([key], np.int32))[0])


def _period_ends(keys: NDArray[np.int32]) -> NDArray[np.int32]:
    """``20230000`` ends at ``20239999``, ``20231100`` at ``20231199``, a day at itself."""
    year_only, month_only = keys % 10_000 == 0, keys % 100 == 0
    return np.where(year_only, keys + 9_999, np.where(month_only, keys + 99, keys)).astype(np.int32)
