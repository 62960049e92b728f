"""A sentence-transformer made into an OpenVINO model, once, with torch.

The converted model takes token ids and gives unit vectors: pooling and normalising are in it. It
is compared with the original before it is used, so that whatever a conversion can't carry over
(routers, prompts that are left out of the pooling, odd tokenisers) is noticed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer.models.cache import GRAPH, TOKENIZER, Converted, Facts
from indexer.models.embedder import Vectors
from indexer.models.hub import ModelFolder
from indexer.models.openvino_embedder import OpenVinoEmbedder, openvino
from indexer.models.torch_embedder import facts_of, first_line, load_transformer, quiet

if TYPE_CHECKING:
    import torch
    from openvino import Model
    from sentence_transformers import SentenceTransformer

LEAST_COSINE = 0.999
"""Between a converted model's vector of a text and the original's, as the project promises."""

_PROBES = (
    "attention",
    "Why do networks suddenly generalise long after they overfit?",
    "  Schrödinger's CAT, $\\mathcal{O}(n^2)$ and naïve 注意力机制: a survey of 7,500 models.\n",
    "We study how the depth of a network changes what it learns, and when. " * 4,
    "Longer than any model reads: words, words and words about graphs and proteins. " * 400,
)


class ConversionError(Exception):
    """The model can't be run under OpenVINO with the vectors it has under torch."""


def convert(folder: ModelFolder, target: Path) -> Facts:
    """Write the converted model into ``target``; raises ``ConversionError`` or ``ModelError``."""
    # Before anything else imports it with its telemetry on.
    openvino()
    with quiet():
        transformer = load_transformer(folder)
        _write(transformer, target)
        for precision in ("bf16", "f32"):
            facts = facts_of(transformer, precision)
            if _least_cosine(transformer, target, facts) >= LEAST_COSINE:
                return facts
    raise ConversionError(f"the cosine to the original's vectors is below {LEAST_COSINE}")


def _write(transformer: SentenceTransformer, target: Path) -> None:
    from openvino.tools.ovc.error import Error

    tokenizer = getattr(transformer.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ConversionError("its tokeniser is not one of the tokenizers library")
    try:
        (target / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
        graph = openvino().convert_model(_module(transformer), example_input=_example())
        name_by_order(graph)
        # Weights in 16 bits: half the file, and vectors of abstracts stay within 1e-6 in cosine.
        openvino().save_model(graph, target / GRAPH, compress_to_fp16=True)
    except (RuntimeError, TypeError, ValueError, LookupError, AttributeError, Error) as error:
        raise ConversionError(first_line(error)) from error


def name_by_order(graph: Model) -> None:
    """Give the same names at every conversion, so that the files hash alike.

    OpenVINO's own names count everything that the process has made before.
    """
    graph.set_friendly_name("model")
    for place, node in enumerate(graph.get_ordered_ops()):
        node.set_friendly_name(f"{node.get_type_name()}_{place}")


def _module(transformer: SentenceTransformer) -> torch.nn.Module:
    import torch

    class IdsToVectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            vectors = self.transformer(features)["sentence_embedding"]
            return torch.nn.functional.normalize(vectors, dim=-1)

    return IdsToVectors().eval()


def _example() -> tuple[torch.Tensor, torch.Tensor]:
    """Two texts of different length, so that neither becomes a constant in the graph."""
    import torch

    mask = torch.tensor([[1] * 7, [1] * 4 + [0] * 3])
    return torch.ones(2, 7, dtype=torch.int64), mask


def _least_cosine(transformer: SentenceTransformer, target: Path, facts: Facts) -> float:
    """The worst agreement over all probes, as documents and as questions."""
    try:
        converted = OpenVinoEmbedder(
            Converted(target, facts, ""), name="", revision="", weights_sha256=""
        )
        encoded = converted.encode_documents(_PROBES).vectors
        asked = np.concatenate([converted.encode_queries([text]) for text in _PROBES])
    except RuntimeError as error:
        raise ConversionError(first_line(error)) from error
    documents = transformer.encode_document(
        list(_PROBES), normalize_embeddings=True, show_progress_bar=False
    )
    questions = transformer.encode_query(
        list(_PROBES), normalize_embeddings=True, show_progress_bar=False
    )
    return min(_cosine(documents, encoded), _cosine(questions, asked))


def _cosine(one: Vectors, other: Vectors) -> float:
    # Not-a-number counts as different.
    return float(np.nan_to_num(np.einsum("nd,nd->n", one, other), nan=-1.0).min())
