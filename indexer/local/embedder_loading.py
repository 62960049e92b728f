"""The embedder that fits an index in a folder, where an int8 model lies with it.

An int8 model's original stands in for it: their vectors are alike (see
:data:`~indexer.models.quantisation.LEAST_COSINE`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from indexer.errors import ModelError
from indexer.local.index_model import has_kept, keep, load_kept
from indexer.models.choice import Choice, Named
from indexer.models.compatibility import is_int8, require_match
from indexer.models.conversion.processor import sums_8_bits
from indexer.models.embedder import Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision

_LOG = logging.getLogger("nearpaper")


def load_matching(folder: Path, model: Model) -> Embedder:
    """Load the model that an index was made with.

    Of an int8 model the original, where this processor's 8-bit sums overflow, or the index has come
    from a cluster, which keeps no such model.

    Raises:
        ModelError: It can't be loaded, or isn't the same.
    """
    embedder = _calibrated(folder, model) or load_embedder(Choice().after(model))
    require_match(folder, model, embedder.model)
    return embedder


def _calibrated(folder: Path, model: Model) -> Embedder | None:
    if not is_int8(model) or not sums_8_bits() or not has_kept(folder, model):
        return None
    try:
        return load_kept(folder, model)
    except ModelError as error:
        _LOG.warning("%s; until then its original is used, which is slower", error)
        return None


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
