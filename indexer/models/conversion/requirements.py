"""What a model has to be for its vectors to mean anything; anything else is refused."""

from __future__ import annotations

import logging

import numpy as np

from indexer.errors import ModelError
from indexer.models.embedder import require_finite
from indexer.models.hub import ModelFolder
from indexer.models.settings import read_settings
from indexer.models.torch_embedder import first_line, load_transformer

_KIND = "SentenceTransformer"
_HEADS = ("ForSequenceClassification", "ForTokenClassification", "ForCausalLM")
_PROBE = ["attention"]
_SAME = 1e-3
"""Between the numbers of a vector computed twice; missing weights change them by hundreds of it."""

_LOG = logging.getLogger("nearpaper")


def require_sentence_transformer(folder: ModelFolder) -> None:
    """Raise ``ModelError`` for rerankers, sparse models and heads, whose vectors mean nothing.

    A plain encoder is taken with a warning, and the mean of its token vectors, as
    sentence-transformers does.
    """
    kind = read_settings(folder.path / "config_sentence_transformers.json").get("model_type", _KIND)
    if kind != _KIND:
        raise ModelError(
            f"{folder.name} is a {str(kind)[:50]}, which makes no vectors of texts; give --model a "
            "sentence-transformers model"
        )
    if (folder.path / "modules.json").exists() or not (folder.path / "config.json").exists():
        return  # where neither is, loading it says so
    named = read_settings(folder.path / "config.json").get("architectures")
    names = [str(name)[:100] for name in named] if isinstance(named, list) else []
    if heads := [name for name in names if name.endswith(_HEADS)]:
        raise ModelError(
            f"{folder.name} is a {heads[0]} and no sentence-transformers model: it has no "
            "modules.json; give --model one that has"
        )
    _LOG.warning(
        "%s has no modules.json, so it was probably not made for sentences; the mean of its token "
        "vectors is taken",
        folder.name,
    )


def require_whole(folder: ModelFolder) -> None:
    """Raise ``ModelError`` where weights are missing, which are then made up at random.

    Loaded twice with other random numbers, a whole model gives the same vector.
    """
    import torch

    made = []
    for seed in (1, 2):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            transformer = load_transformer(folder)
        try:
            made.append(np.asarray(transformer.encode(_PROBE, show_progress_bar=False)))
        except (RuntimeError, LookupError, ValueError, TypeError) as error:
            raise ModelError(
                f"the model in {folder.path} fails on a text ({first_line(error)}); check that it "
                "is complete"
            ) from error
    require_finite(made[0])
    if not np.abs(made[0] - made[1]).max() <= _SAME * max(1.0, float(np.abs(made[0]).max())):
        raise ModelError(
            f"weights are missing from the model in {folder.path}, so that its vectors would be "
            "random; fetch the whole model again"
        )
