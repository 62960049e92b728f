"""An index of one file of papers, such as a test collection's, in the user's cache.

::

    $NEARPAPER_CACHE, else the user's cache folder
      collections/KEY/          an index; KEY stands for the papers, the model and the recipe
      collections/KEY/complete  is there when all papers are in

So the real index is measured, vectors are kept between runs, and nothing is written beside the
collection. A run that was stopped continues where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

from indexer.errors import SourceError, StorageError, storage_error
from indexer.files import sha256_of
from indexer.local.segments.manifest import FORMAT
from indexer.models.cache import cache_folder
from indexer.models.choice import Choice
from indexer.models.embedder import Model
from indexer.models.recipe import RECIPE
from indexer.pipeline import Listener, Tally, add
from indexer.progress import Silent

_COMPLETE = "complete"

Watch = Callable[[], AbstractContextManager[Listener]]
"""Makes what shows the progress while papers are indexed, and only then."""


def unwatched() -> AbstractContextManager[Listener]:
    """Shows nothing."""
    return nullcontext(Silent())


def index_corpus(corpus: Path, model: Model, watch: Watch = unwatched) -> Path:
    """The folder of the index of a file of papers, made or finished first where need be.

    Args:
        corpus: In any format that ``nearpaper index`` reads.
        model: What embeds.
        watch: Shows the progress.

    Raises:
        SourceError: The file can't be read or holds no papers.
        StorageError: The cache can't be written to.
        KeyboardInterrupt: Stopped; what was embedded is kept.
    """
    folder = cache_folder() / "collections" / _key(corpus, model)
    complete = folder / _COMPLETE
    if not complete.exists():
        tally = _add(folder, corpus, model, watch)
        if tally.interrupted:
            raise KeyboardInterrupt
        if tally.read == tally.rejected:
            raise SourceError(f"{corpus}: no paper could be read; see {tally.rejects_file}")
        complete.touch()
    return folder


def _add(folder: Path, corpus: Path, model: Model, watch: Watch) -> Tally:
    try:
        with watch() as listener:
            return add(
                folder,
                [str(corpus)],
                model=Choice().after(model),
                precision="auto",  # what is measured is the model, not what it was calibrated on
                keep_duplicates=True,  # judgements name every id
                keep_numbers=True,
                listener=listener,
            )
    except StorageError as error:
        raise StorageError(f"{error}, or set NEARPAPER_CACHE to another folder") from error


def _key(corpus: Path, model: Model) -> str:
    """Different for whatever would make other vectors."""
    try:
        content = sha256_of(corpus)
    except OSError as error:
        raise storage_error(error, corpus) from error
    made_of = [content, asdict(model), RECIPE, FORMAT]
    return sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()[:32]
