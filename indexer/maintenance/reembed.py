"""Bringing an index to another model or text recipe: new vectors for every paper, adopted at once.

Searches go on over the old vectors until the new ones are all there. Stopped or killed, the same
command continues where it was.
"""

from __future__ import annotations

import time

from indexer.location import Location, using_store
from indexer.models.compatibility import is_int8
from indexer.models.embedder import Embedder
from indexer.models.precision import Precision
from indexer.models.recipe import RECIPE, document_text, embed
from indexer.pipeline import BATCH, SAMPLE
from indexer.progress import Listener, Silent, Tally
from indexer.store import Staging, Store, Writer


def reembed(
    location: Location,
    model: str | None = None,
    precision: Precision | None = None,
    listener: Listener | None = None,
) -> int:
    """Embed all papers again, with ``model`` and ``precision`` or the index's own ones.

    Returns the new generation.
    """
    with using_store(location) as store, store.writer(outdated=True) as writer:
        embedder = _embedder(store, writer, model, precision)
        staging = writer.staging(embedder.model, RECIPE)
        _fill(staging, embedder, listener or Silent())
        staging.adopt()
        return writer.publish().generation


def _embedder(
    store: Store, writer: Writer, model: str | None, precision: Precision | None
) -> Embedder:
    """The next model; an int8 one is calibrated again, on papers from all over the index."""
    own = writer.model
    if precision is None:
        precision = "int8" if is_int8(own) else "auto"

    def sample() -> list[str]:
        return [document_text(paper) for paper in writer.sample(SAMPLE)]

    return store.new_embedder(model or own.name, precision, sample)


def _fill(staging: Staging, embedder: Embedder, listener: Listener) -> None:
    tally, started = Tally(), time.monotonic()
    while papers := staging.missing(BATCH):
        encoded = embed(embedder, [document_text(paper) for _, paper in papers])
        staging.keep([row for row, _ in papers], encoded)
        tally.updated += len(papers)
        tally.embedded += len(papers)
        tally.truncated += int(encoded.truncated.sum())
        tally.seconds = time.monotonic() - started
        listener.advanced(tally, staging.share())
