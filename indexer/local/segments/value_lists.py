"""A field with several values, collected: of new papers, behind those that are taken over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.papers.folding import word_hash
from indexer.papers.paper import Paper

Arrays = dict[str, NDArray[Any]]
"""Of a field, by their names in :mod:`indexer.local.segments.columns`."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field with several values.

    Attributes:
        values_of: The values of a paper.
        words_of: The words by which a value is found.
    """

    values_of: Callable[[Paper], Sequence[str]]
    words_of: Callable[[str], set[str]]


class ValueLists:
    """Collects one field. Values are numbered in the order in which they come."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self._taken_over: list[tuple[Arrays, NDArray[np.bool_]]] = []
        self._codes: list[int] = []
        self._ends = [0]
        self._vocabulary: dict[str, int] = {}

    def take_over(self, written: Arrays, kept: NDArray[np.bool_]) -> None:
        """Put the papers of a written field where ``kept`` is true before those to be added."""
        self._taken_over.append((written, kept))

    def add(self, paper: Paper) -> None:
        """Append a paper."""
        for value in dict.fromkeys(self._field.values_of(paper)):
            self._codes.append(self._vocabulary.setdefault(value, len(self._vocabulary)))
        self._ends.append(len(self._codes))

    def arrays(self) -> Arrays:
        """What is to be written."""
        added = self._added()
        if not self._taken_over:
            return added
        return _joined([*self._taken_over, (added, np.ones(len(self._ends) - 1, np.bool_))])

    def _added(self) -> Arrays:
        encoded = [value.encode() for value in self._vocabulary]
        pairs = [
            (word_hash(word), code)
            for value, code in self._vocabulary.items()
            for word in self._field.words_of(value)
        ]
        return _arrays(
            text=np.frombuffer(b"".join(encoded), np.uint8),
            text_ends=np.cumsum([0, *map(len, encoded)], dtype=np.int64),
            codes=np.array(self._codes, np.uint32),
            code_ends=np.array(self._ends, np.int64),
            keys=np.array([word_hash(value) for value in self._vocabulary], np.uint64),
            words=np.array([word for word, _ in pairs], np.uint64),
            word_values=np.array([code for _, code in pairs], np.uint32),
        )


def _joined(parts: Sequence[tuple[Arrays, NDArray[np.bool_]]]) -> Arrays:
    """As if the papers of all parts had been added one by one; nothing tells of those gone."""
    every = [arrays for arrays, _ in parts]
    offsets = np.cumsum([0, *(len(arrays["text_ends"]) - 1 for arrays in every)])
    # One number for each value, in whichever parts it stands, and a place where it can be read.
    keys, places, numbers = np.unique(
        np.concatenate([_keys(arrays) for arrays in every]), return_index=True, return_inverse=True
    )
    lengths = [np.diff(arrays["code_ends"]) for arrays in every]
    codes = np.concatenate(
        [
            numbers[offset + arrays["codes"][np.repeat(kept, length)].astype(np.int64)]
            for (arrays, kept), length, offset in zip(parts, lengths, offsets, strict=False)
        ]
    )
    order, renamed = _in_order(codes, len(keys))
    starts, ends = _edges(every)
    text = np.concatenate([arrays["text"] for arrays in every])
    hashes = np.concatenate([arrays["words"] for arrays in every])
    values = np.concatenate(
        [arrays["word_values"] + offset for arrays, offset in zip(every, offsets, strict=False)]
    )
    read = renamed[numbers[values]] >= 0
    read &= places[numbers[values]] == values  # where a value stands twice, it is read once
    kept_lengths = [length[kept] for (_, kept), length in zip(parts, lengths, strict=True)]
    return _arrays(
        text=_gathered(text, starts[places[order]], ends[places[order]]),
        text_ends=np.append(0, np.cumsum((ends - starts)[places[order]])),
        codes=renamed[codes].astype(np.uint32),
        code_ends=np.append(0, np.cumsum(np.concatenate(kept_lengths))),
        keys=keys[order],
        words=hashes[read],
        word_values=renamed[numbers[values[read]]].astype(np.uint32),
    )


def _keys(arrays: Arrays) -> NDArray[np.uint64]:
    """The key of each value."""
    keys = np.empty(len(arrays["keys"]), np.uint64)
    keys[arrays["key_values"]] = arrays["keys"]
    return keys


def _in_order(codes: NDArray[np.int64], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers below ``count`` that occur, as they come, and each one's place in that or -1."""
    first = np.full(count, -1)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # of several, the last that is set stays
    used = np.flatnonzero(first >= 0)
    order = used[np.argsort(first[used])]
    renamed = np.full(count, -1)
    renamed[order] = np.arange(len(order))
    return order, renamed


def _edges(every: Sequence[Arrays]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each value of all parts begins and ends in their texts, one behind the other."""
    before = np.cumsum([0, *(len(arrays["text"]) for arrays in every)])
    edges = [arrays["text_ends"] + start for arrays, start in zip(every, before, strict=False)]
    starts, ends = [each[:-1] for each in edges], [each[1:] for each in edges]
    return np.concatenate(starts), np.concatenate(ends)


def _gathered(
    text: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Pieces of a text, one behind the other; most of them are so already."""
    if not len(starts):
        return text[:0]
    breaks = np.flatnonzero(starts[1:] != ends[:-1])
    firsts = starts[np.append(0, breaks + 1)].tolist()
    lasts = ends[np.append(breaks, len(ends) - 1)].tolist()
    return np.concatenate([text[first:last] for first, last in zip(firsts, lasts, strict=True)])


def _arrays(
    *,
    text: NDArray[np.uint8],
    text_ends: NDArray[np.int64],
    codes: NDArray[np.uint32],
    code_ends: NDArray[np.int64],
    keys: NDArray[np.uint64],
    words: NDArray[np.uint64],
    word_values: NDArray[np.uint32],
) -> Arrays:
    """All arrays of a field: those given, and what finds papers and values in them."""
    positions = np.repeat(np.arange(len(code_ends) - 1, dtype=np.uint32), np.diff(code_ends))
    by_value = np.argsort(codes, kind="stable")
    by_key = np.argsort(keys)
    by_word = _by_word(words, word_values)
    return {
        "text": text,
        "text_ends": text_ends,
        "codes": codes,
        "code_ends": code_ends,
        "positions": positions[by_value],
        "position_ends": np.searchsorted(codes[by_value], np.arange(len(keys) + 1)),
        "keys": keys[by_key],
        "key_values": by_key.astype(np.uint32),
        "words": words[by_word],
        "word_values": word_values[by_word],
    }


def _by_word(words: NDArray[np.uint64], values: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The order by words, those of one word by their values.

    What is taken over comes in that order nearly throughout, which a stable sort of the words alone
    keeps: only words whose values are out of order then are sorted by both.
    """
    order = np.argsort(words, kind="stable")
    same = words[order[1:]] == words[order[:-1]]
    unsorted = words[order[1:][same & (values[order[1:]] < values[order[:-1]])]]
    at = np.flatnonzero(np.isin(words[order], unsorted))
    parts = order[at]
    order[at] = parts[np.lexsort((values[parts], words[parts]))]
    return order
