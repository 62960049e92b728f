"""A sentence-transformer run by torch and traced into an OpenVINO model.

The converted model takes token ids and gives unit vectors: pooling and normalising are in it. It
is compared with the original before it is used, so that whatever a conversion can't carry over
(routers, prompts that are left out of the pooling, odd tokenisers) is noticed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import ModelError
from indexer.models.cache import TOKENIZER, Facts
from indexer.models.conversion.checking import PROBES, ConversionError, lowest_precision, save
from indexer.models.conversion.requirements import require_whole
from indexer.models.conversion.runtime import openvino
from indexer.models.embedder import Vectors, unit_rows
from indexer.models.hub import ModelFolder
from indexer.models.torch_embedder import facts_of, first_line, load_transformer, quiet

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer


_ATTENTIONS = ("sdpa", "eager")
"""How torch computes attention, the next where vectors differ. The second is slower, and right
where a token may see nothing but what fills up, as in ModernBERT's windows."""


def convert_traced(folder: ModelFolder, target: Path) -> Facts:
    """Write the converted model into ``target``; raises ``ConversionError`` or ``ModelError``."""
    # Before anything else imports it with its telemetry on.
    openvino()
    with quiet():
        require_whole(folder)
        transformer = load_transformer(folder)
        if any(getattr(module, "include_prompt", True) is False for module in transformer):
            raise ConversionError("its pooling leaves prompts out")
        facts = facts_of(transformer, "f32")
        wanted = _vectors(folder, transformer, facts)
        return _first_right(transformer, target, facts, wanted)


def _first_right(
    transformer: SentenceTransformer, target: Path, facts: Facts, wanted: tuple[Vectors, Vectors]
) -> Facts:
    choose = getattr(getattr(transformer[0], "auto_model", None), "set_attn_implementation", None)
    attentions = _ATTENTIONS if choose else ("its own",)
    refused: ConversionError | None = None
    for attention in attentions:
        try:
            if choose:
                choose(attention)
            _write(transformer, target)
            return lowest_precision(target, facts, wanted)
        except ConversionError as error:
            refused = refused or error
        except (RuntimeError, ValueError, ImportError) as error:
            refused = refused or ConversionError(first_line(error))
    raise refused or ConversionError("it can't be traced")


def _write(transformer: SentenceTransformer, target: Path) -> None:
    from openvino.tools.ovc.error import Error

    tokenizer = getattr(transformer.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ConversionError("its tokeniser is not one of the tokenizers library")
    try:
        (target / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
        graph = openvino().convert_model(_module(transformer), example_input=_example())
        save(graph, target)
    except (RuntimeError, TypeError, ValueError, LookupError, AttributeError, Error) as error:
        raise ConversionError(first_line(error)) from error


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


def _vectors(
    folder: ModelFolder, transformer: SentenceTransformer, facts: Facts
) -> tuple[Vectors, Vectors]:
    """Of the probes, as documents and as questions."""
    options = {"normalize_embeddings": True, "show_progress_bar": False}
    try:
        return (
            unit_rows(
                transformer.encode_document(list(PROBES), prompt=facts.document_prefix, **options)
            ),
            unit_rows(transformer.encode_query(list(PROBES), prompt=facts.query_prefix, **options)),
        )
    except (RuntimeError, LookupError, ValueError) as error:
        raise ModelError(
            f"{folder.name} fails on a text of {facts.max_tokens} tokens ({first_line(error)}); "
            "its max_seq_length in sentence_bert_config.json is more than it reads"
        ) from error
