"""From a model's name to an embedder that is ready to run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from indexer.errors import ModelError, StorageError
from indexer.models.cache import Converted, Facts, cache_folder, converted_model, kept_model
from indexer.models.checksums import model_hashes
from indexer.models.choice import Choice, Named, choice_of, name_of
from indexer.models.conversion.processor import prefers_int8
from indexer.models.conversion.runtime import has_bf16
from indexer.models.embedder import DEFAULT_MODEL, HASHING_MODEL, Embedder
from indexer.models.hub import ModelFolder, find_model
from indexer.models.openvino_embedder import OpenVinoEmbedder

_LOG = logging.getLogger("nearpaper")

CONVERSION = 2
"""Raised whenever the conversion would give other files or facts."""


def load_embedder(named: Named = DEFAULT_MODEL) -> Embedder:
    """The embedder that is asked for.

    Args:
        named: ``all-MiniLM-L6-v2`` (comes with nearpaper), a folder or a hub name of any other
            sentence-transformers model, or ``hashing``, which needs no model and knows only words;
            or a choice that says more.

    Raises:
        ModelError: It can't be loaded, or not be run as is asked.
        UsageError: More is asked of ``hashing`` than it has.
    """
    from indexer.models.hashing import DIMENSION, HashingEmbedder

    name, choice = name_of(named), choice_of(named)
    if name == HASHING_MODEL:
        choice.require_plain(DIMENSION)
        return HashingEmbedder()
    folder = find_model(name)
    from indexer.models.conversion.requirements import require_sentence_transformer

    require_sentence_transformer(folder)
    from indexer.models.conversion.checking import ConversionError

    try:
        return load_openvino(folder, choice)
    except ConversionError as error:
        _LOG.warning("%s does not run under OpenVINO (%s); torch is used", name, error)
        from indexer.models.torch_embedder import load_torch

        return load_torch(folder, choice=choice)


def load_openvino(folder: ModelFolder, choice: Choice) -> OpenVinoEmbedder:
    """The embedder of a model, which is converted first where the cache doesn't hold it.

    Raises:
        ConversionError: The model is none that OpenVINO can run.
        ModelError: It can't be loaded, or its weights are not what they must be.
        StorageError: The cache can't be written.
    """
    converted, weights = convert_once(folder, choice)
    return OpenVinoEmbedder(
        converted, name=folder.name, revision=folder.revision, weights_sha256=weights
    )


def _exact(cache: Path, name: str, make: Callable[[Path], Facts]) -> Converted:
    """A model with the weights that it has.

    Whether bf16 keeps its vectors can't be tried everywhere, so what was made where it can't has a
    name of its own, and runs in f32. Where nothing can be made, either will do.
    """
    untried = f"{name}-f32"
    if (found := kept_model(cache, name)) is not None:
        return found
    if not has_bf16():
        return converted_model(cache, untried, make)
    try:
        return converted_model(cache, name, make)
    except (StorageError, ModelError):
        if (found := kept_model(cache, untried)) is None:
            raise
        return found


def convert_once(
    folder: ModelFolder, choice: Choice, *, int8: bool | None = None
) -> tuple[Converted, str]:
    """A model as converted, and what its weights as distributed hash to; raises the same.

    The files are the same whatever is chosen; what it is run with is as chosen. With ``int8`` they
    have 8-bit weights, if these keep the vectors; by default where this processor prefers them.
    """
    cache = cache_folder()
    hashes = model_hashes(folder, cache)
    runtime = metadata.version("openvino")
    name = f"{hashes.weights[:16]}-{hashes.settings[:16]}-openvino{runtime}-{CONVERSION}"

    def make(target: Path) -> Facts:
        from indexer.models.conversion.convert import convert

        return convert(folder, target)

    def make_int8(target: Path) -> Facts:
        from indexer.models.conversion.int8_weights import with_int8_weights

        # Kept, too: a cache may be copied to a machine without torch and with another processor.
        return with_int8_weights(_exact(cache, name, make), target)

    if prefers_int8() if int8 is None else int8:
        try:
            converted = converted_model(cache, f"{name}-int8", make_int8)
        except StorageError:  # a cache that was filled on another processor, and is read alone
            if int8:
                raise
            converted = _exact(cache, name, make)
    else:
        converted = _exact(cache, name, make)
    facts = choice.facts(converted.facts, folder.name)
    return replace(converted, facts=facts), hashes.weights
