"""Whether a converted model gives the vectors that it should, and in which precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.errors import ModelError
from indexer.models.cache import GRAPH, Converted, Facts
from indexer.models.conversion.runtime import has_bf16, openvino
from indexer.models.embedder import Vectors
from indexer.models.openvino_embedder import OpenVinoEmbedder

if TYPE_CHECKING:
    from openvino import Model

LEAST_COSINE = 0.999
"""Between a converted model's vector of a text and the original's, as the project promises."""

PROBES: Sequence[str] = (
    "attention",
    "Why do networks suddenly generalise long after they overfit?",
    "  Schrödinger's CAT, $\\mathcal{O}(n^2)$ and naïve 注意力机制: a survey of 7,500 models.\n",
    "We study how the depth of a network changes what it learns, and when. " * 4,
    "Longer than any model reads: words, words and words about graphs and proteins. " * 400,
)


class ConversionError(Exception):
    """The model can't be run under OpenVINO with the vectors it has under torch."""


def save(graph: Model, target: Path) -> None:
    """Write a graph into ``target``, the same bytes for the same graph.

    Weights take 16 bits: half the file, and vectors of abstracts stay within 1e-6 in cosine.
    """
    name_by_order(graph)
    openvino().save_model(graph, target / GRAPH, compress_to_fp16=True)


def name_by_order(graph: Model) -> None:
    """Give the same names at every conversion, so that the files hash alike.

    OpenVINO's own names count everything that the process has made before.
    """
    graph.set_friendly_name("model")
    for place, node in enumerate(graph.get_ordered_ops()):
        node.set_friendly_name(f"{node.get_type_name()}_{place}")
    for place, port in enumerate([*graph.inputs, *graph.outputs]):
        port.get_tensor().set_names({f"port_{place}"})


def probed(target: Path, facts: Facts) -> tuple[Vectors, Vectors]:
    """Vectors of all probes as documents and as questions, by the converted model in ``target``."""
    embedder = OpenVinoEmbedder(
        Converted(target, facts, ""), name="", revision="", weights_sha256=""
    )
    asked = [embedder.encode_queries([text]) for text in PROBES]
    return embedder.encode_documents(PROBES).vectors, np.concatenate(asked)


def lowest_precision(target: Path, facts: Facts, wanted: tuple[Vectors, Vectors]) -> Facts:
    """The facts with the lowest precision that keeps the vectors; raises ``ConversionError``.

    Args:
        target: Holds the converted model.
        facts: Of it.
        wanted: What :func:`probed` should give.
    """
    for precision in ("bf16", "f32") if has_bf16() else ("f32",):
        tried = replace(facts, precision=precision)
        if keeps_vectors(target, tried, wanted):
            return tried
    raise ConversionError(f"the cosine to the original's vectors is below {LEAST_COSINE}")


def keeps_vectors(target: Path, facts: Facts, wanted: tuple[Vectors, Vectors]) -> bool:
    """Whether the model in ``target`` gives what :func:`probed` should, within the promise."""
    try:
        pairs = zip(wanted, probed(target, facts), strict=True)
    except ModelError:  # not finite in this precision
        return False
    return min(_cosine(one, other) for one, other in pairs) >= LEAST_COSINE


def _cosine(one: Vectors, other: Vectors) -> float:
    # Not-a-number counts as different.
    return float(np.nan_to_num(np.einsum("nd,nd->n", one, other), nan=-1.0).min())
