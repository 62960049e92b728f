"""The embedder that fits an index in a folder, where an int8 model lies with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.local.index_model import keep, load_kept
from indexer.models.choice import Choice, Named
from indexer.models.compatibility import is_int8, require_match
from indexer.models.embedder import Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision


def load_matching(folder: Path, model: Model) -> Embedder:
    """Load the model that an index was made with; raises ``ModelError`` if it isn't the same."""
    embedder = load_kept(folder, model) if is_int8(model) else load_embedder(Choice().after(model))
    require_match(folder, model, embedder.model)
    return embedder


def load_new(
    folder: Path, named: Named, precision: Precision, sample: Callable[[], Sequence[str]]
) -> Embedder:
    """Load the model that vectors of an index are to be made with from now on.

    Args:
        folder: Of the index, where an int8 model is kept.
        named: As for :func:`~indexer.models.load.load_embedder`.
        precision: See there.
        sample: Gives texts of the index to calibrate int8 on.

    Raises:
        UsageError: It can't be int8 with these texts or what is installed.
        ModelError: The model can't be loaded, or not be int8.
    """
    if precision != "int8":
        return load_embedder(named)
    from indexer.models.quantisation import quantised

    embedder, converted = quantised(named, sample())
    keep(folder, converted)
    return embedder
