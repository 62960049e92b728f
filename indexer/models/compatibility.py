"""Whether the vectors of two models can be compared; errors name the index at ``location``."""

from __future__ import annotations

from indexer.errors import ModelError
from indexer.models.embedder import Model
from indexer.models.precision import Precision

# What decides a vector up to rounding. Runtime and precision do not, and an index moves between
# processors: vectors have a cosine of 0.999 or more to those of f32, calibrated ones of 0.997.
_DECISIVE: tuple[str, ...] = (
    "weights_sha256",
    "dimension",
    "pooling",
    "query_prefix",
    "document_prefix",
    "max_tokens",
)


def is_int8(model: Model) -> bool:
    """Whether an index's vectors were made by files that were calibrated on its papers."""
    return model.precision == "int8"


def require_precision(location: object, model: Model, precision: Precision | None) -> None:
    """Raise ``ModelError`` if an index was made in another precision than the one asked for."""
    if precision is not None and (precision == "int8") != is_int8(model):
        raise ModelError(
            f"{location}: made in {model.precision or 'no'} precision, and an index has one only; "
            "leave out --precision, or run "
            f"`nearpaper rebuild --embed --precision {precision} --index {location}`"
        )


def require_match(location: object, wanted: Model, given: Model) -> None:
    """Raise ``ModelError`` unless vectors of both models can be compared."""
    for name in _DECISIVE:
        ours, theirs = getattr(wanted, name), getattr(given, name)
        if ours != theirs:
            raise ModelError(
                f"{location}: made with {wanted.name} ({name} {_short(ours)}), but the model given "
                f"is {given.name} ({name} {_short(theirs)}); use the first, another --index, or "
                f"run `nearpaper rebuild --embed --index {location}`"
            )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 16 else f"{text[:12]}…"
