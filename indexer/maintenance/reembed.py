"""Bringing an index to another model or text recipe: every vector is made anew, then all swapped.

Searches go on over the old vectors until the new ones are all there. Stopped or killed, the same
command continues where it was.
"""

from __future__ import annotations

import time
from pathlib import Path

from indexer.local.catalog.staged_vectors import NextVectors
from indexer.local.index_model import forget_others, is_kept
from indexer.local.matching import load_new
from indexer.local.writer import Writer
from indexer.models.embedder import Embedder
from indexer.models.precision import Precision
from indexer.models.recipe import RECIPE, document_text, embed
from indexer.progress import Listener, Silent, Tally

BATCH = 256
"""Papers in one commit: some seconds of embedding, which a kill may cost."""
SAMPLE = 400
"""Papers that int8 is calibrated and checked on."""


def reembed(
    folder: Path,
    model: str | None = None,
    precision: Precision | None = None,
    listener: Listener | None = None,
) -> int:
    """Make all vectors anew, with ``model`` and ``precision`` or the index's own ones.

    Returns the new generation.
    """
    with Writer(folder, outdated=True) as writer:
        embedder = _embedder(writer, model, precision)
        vectors = NextVectors(writer.catalog, embedder.model, RECIPE)
        _fill(vectors, embedder, listener or Silent())
        vectors.swap()
        writer.model, writer.recipe = embedder.model, RECIPE
        generation = writer.publish(fold=True).generation
        forget_others(folder, embedder.model)
        return generation


def _embedder(writer: Writer, model: str | None, precision: Precision | None) -> Embedder:
    """The next model; an int8 one is calibrated anew, on papers from all over the index."""
    own = writer.model
    if precision is None:
        precision = "int8" if is_kept(own) else "auto"

    def sample() -> list[str]:
        return [document_text(paper) for paper in writer.catalog.sample_papers(SAMPLE)]

    return load_new(writer.folder, model or own.name, precision, sample)


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
