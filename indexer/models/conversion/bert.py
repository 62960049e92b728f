"""A BERT sentence-transformer made into an OpenVINO model, without torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from indexer.models.cache import TOKENIZER, Facts
from indexer.models.conversion.bert_graph import bert_graph
from indexer.models.conversion.bert_settings import OtherModelError, Settings, bert_settings
from indexer.models.conversion.bert_tokens import bert_tokenizer
from indexer.models.conversion.bert_weights import read_weights
from indexer.models.conversion.checking import lowest_precision, probed, save

if TYPE_CHECKING:
    from openvino import Model


def convert_bert(folder: Path, target: Path) -> Facts:
    """Write the converted model into ``target``; raises ``OtherModelError`` where only torch can.

    There is no original to compare with here: the tests do so for every setting that is taken. What
    is found out is whether bf16 keeps the vectors.
    """
    settings = bert_settings(folder)
    tokenizer, pad_id = bert_tokenizer(folder, settings.tokenizer)
    weights = read_weights(folder)
    words = weights.get("embeddings.word_embeddings.weight", None, settings.width)
    if max(tokenizer.get_vocab().values()) >= len(words):
        raise OtherModelError("it has no vectors for all tokens")
    graph = bert_graph(settings, weights)
    (target / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    save(graph, target)
    facts = _facts(settings, graph, pad_id)
    return lowest_precision(target, facts, probed(target, facts))


def _facts(settings: Settings, graph: Model, pad_id: int) -> Facts:
    return Facts(
        dimension=graph.output(0).get_partial_shape()[1].get_length(),
        pooling=",".join(settings.pooling),
        query_prefix=settings.query_prefix,
        document_prefix=settings.document_prefix,
        max_tokens=settings.max_tokens,
        pad_id=pad_id,
        precision="f32",
    )
