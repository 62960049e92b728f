"""The embedder that fits an index: same weights, same reading of a text."""

from __future__ import annotations

from pathlib import Path

from indexer.embedding import Embedder, Model, load_embedder
from indexer.errors import ModelError

# What decides a vector up to rounding. Runtime and precision do not: their vectors have a
# cosine of 0.9999 to each other, and an index moves between processors.
_DECISIVE = (
    "weights_sha256",
    "dimension",
    "pooling",
    "query_prefix",
    "document_prefix",
    "max_tokens",
)


def load_matching(folder: Path, model: Model) -> Embedder:
    """Load the model that an index was made with; raises ``ModelError`` if it isn't the same."""
    embedder = load_embedder(model.name)
    require_match(folder, model, embedder.model)
    return embedder


def require_match(folder: Path, wanted: Model, given: Model) -> None:
    """Raise ``ModelError`` unless vectors of both models can be compared."""
    for name in _DECISIVE:
        ours, theirs = getattr(wanted, name), getattr(given, name)
        if ours != theirs:
            raise ModelError(
                f"{folder}: made with {wanted.name} ({name} {_short(ours)}), but the model given "
                f"is {given.name} ({name} {_short(theirs)}); use the first, another --index, or "
                f"run `nearpaper rebuild --embed --index {folder}`"
            )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 16 else f"{text[:12]}…"
