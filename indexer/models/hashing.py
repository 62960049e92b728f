"""An embedder without a model: words hashed into a vector.

For tests and quick trials: it is deterministic in every process, needs no files, and texts that
share words get similar vectors. It knows nothing of meaning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.models.embedder import HASHING_MODEL, Encoded, Model, Vectors, unit_rows

DIMENSION = 256
MAX_WORDS = 4096
_WORD = re.compile(r"\w+")


class HashingEmbedder:
    """Feature hashing of words with signs (Weinberger et al., ICML 2009, arXiv:0902.2206)."""

    @property
    def model(self) -> Model:
        """Always the same."""
        return Model(
            name=HASHING_MODEL,
            revision="1",
            dimension=DIMENSION,
            pooling="sum",
            max_tokens=MAX_WORDS,
            runtime="hashing",
            precision="f32",
        )

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts, in their order."""
        words = [_words(text) for text in texts]
        return Encoded(_vectors(words), np.array([len(some) > MAX_WORDS for some in words], bool))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``n`` questions, in their order."""
        return _vectors([_words(text) for text in texts])


def _vectors(texts: Sequence[Sequence[str]]) -> Vectors:
    rows = np.array([_hashed(words) for words in texts], np.float32)
    return unit_rows(rows.reshape(-1, DIMENSION))


def _words(text: str) -> list[str]:
    """At most one word more than is read, so that the caller sees that there are more."""
    return list(islice((match[0] for match in _WORD.finditer(text.lower())), MAX_WORDS + 1))


def _hashed(words: Sequence[str]) -> NDArray[np.float32]:
    row = np.zeros(DIMENSION, np.float32)
    for word, count in Counter(words[:MAX_WORDS]).items():
        number = int.from_bytes(blake2b(word.encode(errors="replace"), digest_size=8).digest())
        sign = 1 if number & 1 else -1
        row[(number >> 1) % DIMENSION] += sign * np.sqrt(count)
    return row
