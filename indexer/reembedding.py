"""Bringing an index to another model or text recipe: every vector is made anew, then all swapped.

Searches go on over the old vectors until the new ones are all there. Stopped or killed, the same
command continues where it was.
"""

from __future__ import annotations

import time
from pathlib import Path

from indexer.embedding import Embedder, load_embedder
from indexer.next_vectors import NextVectors
from indexer.progress import Listener, Silent, Tally
from indexer.recipe import RECIPE, document_text, embed
from indexer.writer import Writer

BATCH = 256
"""Papers in one commit: some seconds of embedding, which a kill may cost."""


def reembed(folder: Path, model: str | None = None, listener: Listener | None = None) -> int:
    """Make all vectors anew, with ``model`` or the index's own; the new generation."""
    with Writer(folder, outdated=True) as writer:
        embedder = load_embedder(model or writer.model.name)
        vectors = NextVectors(writer.catalog, embedder.model, RECIPE)
        _fill(vectors, embedder, listener or Silent())
        vectors.swap()
        writer.model, writer.recipe = embedder.model, RECIPE
        return writer.publish(fold=True).generation


def _fill(vectors: NextVectors, embedder: Embedder, listener: Listener) -> None:
    tally, started = Tally(), time.monotonic()
    while papers := vectors.missing(BATCH):
        encoded = embed(embedder, [document_text(paper) for _, paper in papers])
        vectors.keep([row for row, _ in papers], encoded)
        tally.updated += len(papers)
        tally.embedded += len(papers)
        tally.truncated += int(encoded.truncated.sum())
        tally.seconds = time.monotonic() - started
        listener.advanced(tally, vectors.share())
