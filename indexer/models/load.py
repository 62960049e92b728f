"""From a model's name to an embedder that is ready to run."""

from __future__ import annotations

import logging
from importlib import metadata
from pathlib import Path

from indexer.models.cache import Converted, Facts, cache_folder, converted_model
from indexer.models.checksums import model_hashes
from indexer.models.embedder import DEFAULT_MODEL, HASHING_MODEL, Embedder
from indexer.models.hub import ModelFolder, find_model
from indexer.models.openvino_embedder import OpenVinoEmbedder

_LOG = logging.getLogger("nearpaper")

CONVERSION = 1
"""Raised whenever the conversion would give other files or facts."""


def load_embedder(name: str = DEFAULT_MODEL) -> Embedder:
    """The embedder of that name; raises :class:`~indexer.errors.ModelError`.

    Args:
        name: ``all-MiniLM-L6-v2`` (comes with nearpaper), a folder or a hub name of any other
            sentence-transformers model, or ``hashing``, which needs no model and knows only words.
    """
    from indexer.models.hashing import HashingEmbedder

    if name == HASHING_MODEL:
        return HashingEmbedder()
    folder = find_model(name)
    from indexer.models.conversion import ConversionError

    try:
        return load_openvino(folder)
    except ConversionError as error:
        _LOG.warning("%s does not run under OpenVINO (%s); torch is used", name, error)
        from indexer.models.torch_embedder import load_torch

        return load_torch(folder)


def load_openvino(folder: ModelFolder) -> OpenVinoEmbedder:
    """The embedder of a model, which is converted first where the cache doesn't hold it.

    Raises:
        ConversionError: The model is none that OpenVINO can run.
        ModelError: It can't be loaded, or its weights are not what they must be.
        StorageError: The cache can't be written.
    """
    converted, weights = convert_once(folder)
    return OpenVinoEmbedder(
        converted, name=folder.name, revision=folder.revision, weights_sha256=weights
    )


def convert_once(folder: ModelFolder) -> tuple[Converted, str]:
    """A model as converted, and what its weights as distributed hash to; raises the same."""
    cache = cache_folder()
    hashes = model_hashes(folder, cache)
    runtime = metadata.version("openvino")
    name = f"{hashes.weights[:16]}-{hashes.settings[:16]}-openvino{runtime}-{CONVERSION}"

    def make(target: Path) -> Facts:
        from indexer.models.conversion import convert

        return convert(folder, target)

    return converted_model(cache, name, make), hashes.weights
