"""Common English words: those that the default model reads whole.

The model comes with nearpaper, so they are there without loading it and whatever an index is made
with.
"""

from __future__ import annotations

from functools import cache

from indexer.errors import ModelError
from indexer.models.embedder import DEFAULT_MODEL
from indexer.models.hub import find_model

_FILE = "vocab.txt"


@cache
def common_words() -> frozenset[str]:
    """Some 22,000 words in small letters; none where the model was taken away."""
    try:
        text = (find_model(DEFAULT_MODEL).path / _FILE).read_text(encoding="utf-8")
    except (ModelError, OSError):
        return frozenset()
    # The rest are parts of words and marks.
    return frozenset(word for word in text.split("\n") if word.isalpha())
