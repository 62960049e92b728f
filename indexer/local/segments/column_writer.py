"""Writing the columns of a segment; ``columns.py`` says what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.glossary.counts import Counts
from indexer.glossary.tables import arrays_of
from indexer.local.catalog.rows import Block
from indexer.local.segments.columns import GLOSSARY, RETRACTED, Columns, Mask, Positions
from indexer.local.segments.tensors import write_tensors
from indexer.papers.dates import date_key
from indexer.papers.folding import fold, title_hash, word_hash, words
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


@dataclass(frozen=True, slots=True)
class _Field:
    """A field with several values.

    Attributes:
        values_of: The values of a paper.
        words_of: The words by which a value is found.
    """

    values_of: Callable[[Paper], Sequence[str]]
    words_of: Callable[[str], set[str]]


_STORED = {
    "author": _Field(lambda paper: paper.authors, author_words),
    "category": _Field(lambda paper: paper.categories, category_words),
    "venue": _Field(lambda paper: (paper.venue,) if paper.venue else (), venue_words),
}


class ColumnWriter:
    """Takes papers in blocks, then writes their columns as one file."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._truncated: list[Mask] = [np.empty(0, np.bool_)]
        self._dates: list[int] = []
        self._upvotes: list[int] = []
        self._titles: list[int] = []
        self._retracted: list[bool] = []
        self._lists = {name: _ListBuilder(field) for name, field in _STORED.items()}
        self._counts = Counts()

    def take_over(self, written: Columns, kept: Mask, gone: Sequence[Paper]) -> None:
        """Begin with the papers of written columns where ``kept`` is true; the others are gone.

        What is then written is what would be if they had been added one by one.
        """
        self._rows.append(written.rows[kept])
        self._truncated.append(written.truncated[kept])
        self._dates += written.dates[kept].tolist()
        self._upvotes += written.upvotes[kept].tolist()
        self._titles += written.titles[kept].tolist()
        self._retracted += written.retracted[kept].tolist()
        for name, builder in self._lists.items():
            builder.take_over(written.field(name), kept)
        if written.glossary is not None:
            self._counts.merge(written.glossary.counts())
            self._counts.take_away(gone)

    def add(self, block: Block) -> None:
        """Append papers."""
        self._rows.append(block.rows)
        self._truncated.append(block.truncated)
        self._counts.add(block.papers)
        for paper in block.papers:
            self._dates.append(date_key(paper.date))
            self._upvotes.append(-1 if paper.upvotes is None else paper.upvotes)
            self._titles.append(title_hash(paper.title))
            self._retracted.append(paper.retracted)
            for builder in self._lists.values():
                builder.add(paper)

    def write(self, path: Path, tombstones: Positions, nearness: float) -> None:
        """Write the file.

        Args:
            path: Where.
            tombstones: Positions of the base that died since it was written.
            nearness: What :meth:`VectorWriter.nearness` says of the vectors.
        """
        arrays: dict[str, NDArray[Any]] = {
            "rows": np.concatenate(self._rows),
            "truncated": np.concatenate(self._truncated).astype(np.uint8),
            "dates": np.array(self._dates, np.int32),
            "upvotes": np.array(self._upvotes, np.int32),
            "titles": np.array(self._titles, np.uint64),
            RETRACTED: np.array(self._retracted, np.uint8),
            "dead": tombstones,
            "nearness": np.array([nearness], np.float32),
        }
        for name, builder in self._lists.items():
            arrays |= {f"{name}.{part}": array for part, array in builder.arrays().items()}
        told = arrays_of(self._counts)
        arrays |= {f"{GLOSSARY}.{part}": array for part, array in told.items()}
        write_tensors(path, arrays)


class _ListBuilder:
    """Collects one field with several values."""

    def __init__(self, field: _Field) -> None:
        self._field = field
        self._codes: list[int] = []
        self._ends = [0]
        self._vocabulary: dict[str, int] = {}
        # Of values that were taken over, what needn't be worked out again.
        self._keys = np.empty(0, np.uint64)
        self._words, self._word_values = np.empty(0, np.uint64), np.empty(0, np.uint32)

    def take_over(self, written: dict[str, NDArray[Any]], kept: Mask) -> None:
        """Begin with the papers of a written field where ``kept`` is true."""
        lengths = np.diff(written["code_ends"])
        codes = written["codes"][np.repeat(kept, lengths)]
        # Values are counted in the order in which they come, so that nothing tells of those gone.
        used, first = np.unique(codes, return_index=True)
        used = used[np.argsort(first)]
        renamed = np.full(len(written["text_ends"]) - 1, len(used), np.uint32)
        renamed[used] = np.arange(len(used), dtype=np.uint32)
        text, ends = written["text"].tobytes(), written["text_ends"].tolist()
        self._codes = renamed[codes].tolist()
        self._ends = np.cumsum([0, *lengths[kept]]).tolist()
        self._vocabulary = {
            text[ends[code] : ends[code + 1]].decode(): place
            for place, code in enumerate(used.tolist())
        }
        keys = np.empty(len(renamed), np.uint64)
        keys[written["key_values"]] = written["keys"]
        self._keys = keys[used]
        values = renamed[written["word_values"]]
        held = values < len(used)
        self._words, self._word_values = written["words"][held], values[held]

    def add(self, paper: Paper) -> None:
        for value in dict.fromkeys(self._field.values_of(paper)):
            self._codes.append(self._vocabulary.setdefault(value, len(self._vocabulary)))
        self._ends.append(len(self._codes))

    def arrays(self) -> dict[str, NDArray[Any]]:
        encoded = [value.encode() for value in self._vocabulary]
        codes = np.array(self._codes, np.uint32)
        ends = np.array(self._ends, np.int64)
        positions = np.repeat(np.arange(len(ends) - 1, dtype=np.uint32), np.diff(ends))
        by_value = np.argsort(codes, kind="stable")
        new = [*islice(self._vocabulary.items(), len(self._keys), None)]
        keys = np.append(self._keys, np.array([word_hash(value) for value, _ in new], np.uint64))
        by_key = np.argsort(keys)
        hashes, values = self._word_pairs(new)
        by_word = np.lexsort((values, hashes))
        return {
            "text": np.frombuffer(b"".join(encoded), np.uint8),
            "text_ends": np.cumsum([0, *map(len, encoded)], dtype=np.int64),
            "codes": codes,
            "code_ends": ends,
            "positions": positions[by_value],
            "position_ends": np.searchsorted(codes[by_value], np.arange(len(encoded) + 1)),
            "keys": keys[by_key],
            "key_values": by_key.astype(np.uint32),
            "words": hashes[by_word],
            "word_values": values[by_word],
        }

    def _word_pairs(
        self, new: Sequence[tuple[str, int]]
    ) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        pairs = [
            (word_hash(word), code) for value, code in new for word in self._field.words_of(value)
        ]
        words = np.array([word for word, _ in pairs], np.uint64)
        codes = np.array([code for _, code in pairs], np.uint32)
        return np.append(self._words, words), np.append(self._word_values, codes)
