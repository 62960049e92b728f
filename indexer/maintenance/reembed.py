"""Bringing an index to another model or text recipe: new vectors for every paper, adopted at once.

Searches go on over the old vectors until the new ones are all there. Stopped or killed, the same
command continues where it was.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter

import numpy as np

from indexer.batches import BATCH, SAMPLE
from indexer.closeness.fitting import fitted_again
from indexer.embedding.embedder_selection import bulk_embedder, require_ray
from indexer.local.catalog.staged_vectors import ADOPTED
from indexer.location import Location, using_store
from indexer.models.bulk import BulkEmbedder, Wait, begin_parts, held_back
from indexer.models.choice import Named, choice_of
from indexer.models.compatibility import is_int8
from indexer.models.embedder import Embedder, Encoded
from indexer.models.precision import Precision
from indexer.models.recipe import RECIPE, document_text
from indexer.progress import Listener, Silent, Tally
from indexer.ray.options import RayOptions
from indexer.store import Staging, Store, Writer


def reembed(
    location: Location,
    model: Named | None = None,
    precision: Precision | None = None,
    ray: RayOptions | None = None,
    listener: Listener | None = None,
) -> int:
    """Embed all papers again, with ``model`` and ``precision`` or the index's own ones.

    With ``ray`` on Ray, where that says. Returns the new generation.
    """
    require_ray(ray)
    with using_store(location) as store, store.writer(outdated=True) as writer:
        embedder = _embedder(store, writer, model, precision)
        aim = json.dumps([asdict(embedder.model), RECIPE])
        if writer.meta(ADOPTED) != aim:  # else a run was killed when only publishing was left
            staging = writer.staging(embedder.model, RECIPE)
            with closing(bulk_embedder(embedder, ray)) as bulk:
                _fill(staging, bulk, listener or Silent())
            staging.adopt({ADOPTED: aim})
        generation = writer.publish().generation
        with using_store(location) as published:
            found = fitted_again(published, lambda: embedder, anew=True)
        writer.commit((), meta={**found, ADOPTED: ""})
        return generation


def _embedder(
    store: Store, writer: Writer, model: Named | None, precision: Precision | None
) -> Embedder:
    """The next model; an int8 one is calibrated again, on papers from all over the index.

    A cluster can't keep that one, so there its original is next.

    Another model is run as its files say; the index's own keeps what isn't chosen anew.
    """
    own = writer.model
    if precision is None:
        precision = "int8" if is_int8(own) and store.workspace is not None else "auto"

    def sample() -> list[str]:
        return [document_text(paper) for paper in writer.sample(SAMPLE)]

    choice = choice_of(model)
    choice = choice.after(own) if choice.name is None else choice
    return store.new_embedder(choice, precision, sample)


def _fill(staging: Staging, bulk: BulkEmbedder, listener: Listener) -> None:
    tally, started = Tally(), time.monotonic()
    for rows, waits in held_back(_begun(staging, bulk), lambda: bulk.lead):
        parts = [wait() for wait in waits]
        encoded = Encoded(
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.truncated for part in parts]),
        )
        staging.keep(rows, encoded)
        tally.updated += len(rows)
        tally.embedded += len(rows)
        tally.truncated += int(encoded.truncated.sum())
        tally.seconds = time.monotonic() - started
        listener.advanced(tally, staging.share())


def _begun(staging: Staging, bulk: BulkEmbedder) -> Iterator[tuple[list[int], list[Wait]]]:
    """Rows that have no new vector yet, batch by batch, their vectors under way."""
    drawn: set[int] = set()
    while True:
        # Batches under way are missing, too, so that this has to reach beyond them.
        missing = staging.missing(BATCH * (2 * bulk.lead + 1))
        papers = [(row, paper) for row, paper in missing if row not in drawn]
        if not papers:
            return
        drawn = {row for row, _ in missing}
        for start in range(0, len(papers), BATCH):
            rows, batch = zip(*papers[start : start + BATCH], strict=True)
            parts = begin_parts(bulk, [document_text(paper) for paper in batch])
            yield list(rows), [wait for wait, _ in groupby(parts, key=itemgetter(0))]
