"""Text in, unit vectors out: the protocol that the rest of nearpaper embeds through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
HASHING_MODEL = "hashing"

UNIT_WITHIN = 0.01
"""How far a length may be from 1: float16 rounds each number by 0.0005 of it at most."""

Vectors = NDArray[np.float32]
"""``(n, d)`` float32, each row of unit length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a model is, as the manifest keeps it; equal in every field means equal vectors.

    Attributes:
        name: As given to ``--model``; a folder by its absolute path, the default by its short name.
        revision: The hub's commit or the package's version, where known.
        weights_sha256: Of the weights as distributed.
        dimension: Length of a vector.
        pooling: How token vectors become one, e.g. ``mean``.
        query_prefix: Put before a question.
        document_prefix: Put before a paper's text.
        max_tokens: What the model reads; the rest of a text is cut.
        runtime: ``openvino``, ``torch`` or ``hashing``.
        precision: ``bf16``, ``f32``, ``int8-dynamic`` or ``int8``.
        converted_sha256: Of the model as converted for the runtime, where it is.
    """

    name: str
    revision: str = ""
    weights_sha256: str = ""
    dimension: int
    pooling: str = ""
    query_prefix: str = ""
    document_prefix: str = ""
    max_tokens: int
    runtime: str
    precision: str = ""
    converted_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Encoded:
    """Documents as vectors.

    Attributes:
        vectors: ``(n, d)`` float32, unit length.
        truncated: ``(n,)`` bool: the text was longer than the model reads.
    """

    vectors: Vectors
    truncated: NDArray[np.bool_]


class Embedder(Protocol):
    """Whatever turns text into unit vectors."""

    @property
    def model(self) -> Model:
        """What the vectors depend on."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Encoded:
        """Vectors of ``n`` texts, in their order. Safe to call from one thread at a time."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of ``n`` questions, in their order. Safe to call from many threads.

        What a question is encoded with may change its vector by a cosine of up to 0.001.
        """
        ...


def are_unit(vectors: NDArray[Any]) -> NDArray[np.bool_]:
    """``(n,)``: which of ``(n, d)`` vectors are finite and of unit length, as far as they tell."""
    with np.errstate(invalid="ignore", over="ignore"):
        lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
        close: NDArray[np.bool_] = np.abs(lengths - 1) <= UNIT_WITHIN
    return close


def require_finite(numbers: NDArray[Any]) -> None:
    """Raise ``ModelError`` where some of a model's numbers aren't finite."""
    if not np.isfinite(numbers).all():
        raise ModelError(
            "the model gives vectors that aren't finite numbers: its weights are damaged, or can't "
            "be run here; give --model another model"
        )


def unit_rows(rows: NDArray[Any]) -> Vectors:
    """``(n, d)`` float32 of unit length; a row of zeros becomes the first axis.

    Raises:
        ModelError: Some numbers aren't finite, so that nothing can be compared with them.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        vectors = np.array(rows, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1)
    require_finite(lengths)
    lost = lengths == 0
    vectors[lost] = np.eye(1, vectors.shape[1], dtype=np.float32)
    lengths[lost] = 1
    units: Vectors = vectors / lengths[:, None]
    return units
