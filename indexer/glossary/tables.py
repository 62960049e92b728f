"""The counts of one heap of papers as arrays, which are looked up where they lie.

Words stand by length and then by themselves, since a misspelling has about the length of what was
meant. Pairs stand by a hash of the short form, and once more by one of the long form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.glossary.abbreviations import Pair, long_key
from indexer.glossary.counts import Counts
from indexer.papers.folding import word_hash

Arrays = Mapping[str, NDArray[Any]]

VERSION = 1
"""Of what is counted and how it is stored; another one is made anew."""
NAMES = (
    *("version", "words", "word_counts", "lengths", "length_words", "length_bytes"),
    *("pairs", "pair_ends", "pair_counts", "shorts", "longs", "long_pairs"),
)
_BREAK = "\n"
_ARROW = "\t"


def arrays_of(counts: Counts) -> dict[str, NDArray[Any]]:
    """Counts, ready to be written."""
    return {"version": np.array([VERSION], np.uint32)} | _of_words(counts) | _of_pairs(counts)


def _of_words(counts: Counts) -> dict[str, NDArray[Any]]:
    ordered = sorted(counts.words, key=lambda word: (len(word), word))
    encoded = [word.encode() + _BREAK.encode() for word in ordered]
    lengths, first = np.unique(np.array([*map(len, ordered)], np.int64), return_index=True)
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    return {
        "words": np.frombuffer(b"".join(encoded), np.uint8),
        "word_counts": np.array([counts.words[word] for word in ordered], np.uint32),
        "lengths": lengths,
        "length_words": np.append(first, len(ordered)).astype(np.int64),
        "length_bytes": np.append(ends[first], ends[-1]),
    }


def _of_pairs(counts: Counts) -> dict[str, NDArray[Any]]:
    hashed = sorted((word_hash(pair[0]), pair) for pair in counts.pairs)
    longs = np.array([word_hash(long_key(long)) for _, (_, long) in hashed], np.uint64)
    by_long = np.argsort(longs, kind="stable")
    encoded = [_ARROW.join(pair).encode() for _, pair in hashed]
    return {
        "pairs": np.frombuffer(b"".join(encoded), np.uint8),
        "pair_ends": np.cumsum([0, *map(len, encoded)], dtype=np.int64),
        "pair_counts": np.array([counts.pairs[pair] for _, pair in hashed], np.uint32),
        "shorts": np.array([key for key, _ in hashed], np.uint64),
        "longs": longs[by_long],
        "long_pairs": by_long.astype(np.uint32),
    }


class Table:
    """The counts of one heap of papers, read where they lie. Safe to use from many threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays

    @staticmethod
    def fits(arrays: Arrays) -> bool:
        """Whether some arrays are a table that this version reads."""
        return set(NAMES) <= arrays.keys() and arrays["version"].tolist() == [VERSION]

    def words(self, length: int) -> tuple[list[str], NDArray[np.uint32]]:
        """All words of a length, and in how many papers each stands."""
        text, counts = self._of_length(length)
        return (str(text[:-1], "utf-8", "replace").split(_BREAK) if text else []), counts

    def frequency(self, word: str) -> int:
        """In how many papers a word stands."""
        text, counts = self._of_length(len(word))
        asked = _BREAK + word + _BREAK
        place = (_BREAK.encode() + text).find(asked.encode())
        return int(counts[text.count(_BREAK.encode(), 0, place)]) if place >= 0 else 0

    def starting(self, prefix: str) -> Counter[str]:
        """The words that begin with a folded text of at least one letter, by how many papers."""
        found: Counter[str] = Counter()
        asked = (_BREAK + prefix).encode()
        for length in self._arrays["lengths"].tolist():
            if length < len(prefix):
                continue
            text, counts = self._of_length(length)
            text = _BREAK.encode() + text
            # Those with one beginning stand together.
            place, last = text.find(asked), text.rfind(asked)
            if place >= 0:
                first = text.count(_BREAK.encode(), 0, place)
                words = str(text[place + 1 : text.index(_BREAK.encode(), last + 1)], "utf-8")
                among = words.split(_BREAK)
                found.update(
                    dict(zip(among, counts[first : first + len(among)].tolist(), strict=True))
                )
        return found

    def _of_length(self, length: int) -> tuple[bytes, NDArray[np.uint32]]:
        """The words of a length with a break behind each, and their counts."""
        at = int(np.searchsorted(self._arrays["lengths"], length))
        if at == len(self._arrays["lengths"]) or self._arrays["lengths"][at] != length:
            return b"", np.empty(0, np.uint32)
        first, last = self._arrays["length_bytes"][at : at + 2].tolist()
        start, end = self._arrays["length_words"][at : at + 2].tolist()
        return self._arrays["words"][first:last].tobytes(), self._arrays["word_counts"][start:end]

    def of_shorts(self, shorts: Sequence[str]) -> Counter[Pair]:
        """The pairs of some short forms."""
        found = self._found(self._arrays["shorts"], shorts)
        return Counter({pair: count for pair, count in found.items() if pair[0] in shorts})

    def of_longs(self, longs: Sequence[str]) -> Counter[Pair]:
        """The pairs of some long forms, which are given as they are compared."""
        found = self._found(self._arrays["longs"], longs, self._arrays["long_pairs"])
        return Counter({pair: count for pair, count in found.items() if long_key(pair[1]) in longs})

    def _found(
        self,
        hashes: NDArray[np.uint64],
        asked: Sequence[str],
        order: NDArray[np.uint32] | None = None,
    ) -> Counter[Pair]:
        """Pairs by the hashes of one of their sides, which may be another's, too."""
        keys = np.array([word_hash(each) for each in asked], np.uint64)
        firsts = np.searchsorted(hashes, keys).tolist()
        lasts = np.searchsorted(hashes, keys, "right").tolist()
        found: Counter[Pair] = Counter()
        for first, last in zip(firsts, lasts, strict=True):
            places = range(first, last) if order is None else order[first:last].tolist()
            for place in places:
                found[self._pair(place)] = int(self._arrays["pair_counts"][place])
        return found

    def _pair(self, place: int) -> Pair:
        first, last = self._arrays["pair_ends"][place : place + 2].tolist()
        pair = str(self._arrays["pairs"][first:last].data, "utf-8", "replace")
        short, _, long = pair.partition(_ARROW)
        return short, long

    def counts(self) -> Counts:
        """All of it."""
        found = Counts()
        for length in self._arrays["lengths"].tolist():
            words, counts = self.words(length)
            found.words.update(dict(zip(words, counts.tolist(), strict=True)))
        counts = self._arrays["pair_counts"].tolist()
        found.pairs.update({self._pair(place): count for place, count in enumerate(counts)})
        return found
