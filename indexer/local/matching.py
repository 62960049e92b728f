"""The embedder that fits an index: same weights, same reading of a text, the same int8 if any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.errors import ModelError
from indexer.local.index_model import is_kept, keep, load_kept
from indexer.models.embedder import Embedder, Model
from indexer.models.load import load_embedder
from indexer.models.precision import Precision

# What decides a vector up to rounding. Runtime and precision do not, but for int8: their vectors
# have a cosine of 0.9999 to each other, and an index moves between processors.
_DECISIVE: tuple[str, ...] = (
    "weights_sha256",
    "dimension",
    "pooling",
    "query_prefix",
    "document_prefix",
    "max_tokens",
)


def load_matching(folder: Path, model: Model) -> Embedder:
    """Load the model that an index was made with; raises ``ModelError`` if it isn't the same."""
    embedder = load_kept(folder, model) if is_kept(model) else load_embedder(model.name)
    require_match(folder, model, embedder.model)
    return embedder


def load_new(
    folder: Path, name: str, precision: Precision, sample: Callable[[], Sequence[str]]
) -> Embedder:
    """Load the model that vectors of an index are to be made with from now on.

    Args:
        folder: Of the index, where an int8 model is kept.
        name: As for :func:`~indexer.models.load.load_embedder`.
        precision: See there.
        sample: Gives texts of the index to calibrate int8 on.

    Raises:
        UsageError: It can't be int8 with these texts or what is installed.
        ModelError: The model can't be loaded, or not be int8.
    """
    if precision != "int8":
        return load_embedder(name)
    from indexer.models.quantisation import quantised

    embedder, converted = quantised(name, sample())
    keep(folder, converted)
    return embedder


def require_precision(folder: Path, model: Model, precision: Precision | None) -> None:
    """Raise ``ModelError`` if an index was made in another precision than the one asked for."""
    if precision is not None and (precision == "int8") != is_kept(model):
        raise ModelError(
            f"{folder}: made in {model.precision or 'no'} precision, and an index has one only; "
            "leave out --precision, or run "
            f"`nearpaper rebuild --embed --precision {precision} --index {folder}`"
        )


def require_match(folder: Path, wanted: Model, given: Model) -> None:
    """Raise ``ModelError`` unless vectors of both models can be compared."""
    decisive = _DECISIVE
    if is_kept(wanted) or is_kept(given):
        decisive += ("precision", "converted_sha256")
    for name in decisive:
        ours, theirs = getattr(wanted, name), getattr(given, name)
        if ours != theirs:
            raise ModelError(
                f"{folder}: made with {wanted.name} ({name} {_short(ours)}), but the model given "
                f"is {given.name} ({name} {_short(theirs)}); use the first, another --index, or "
                f"run `nearpaper rebuild --embed --index {folder}`"
            )


def require_original(folder: Path, wanted: Model, given: Model) -> None:
    """Raise ``ModelError`` unless ``wanted`` is the model ``given``, be it in int8."""
    original = replace(wanted, precision=given.precision, converted_sha256=given.converted_sha256)
    require_match(folder, original, given)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 16 else f"{text[:12]}…"
