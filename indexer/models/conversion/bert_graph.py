"""The graph of a BERT sentence-transformer (Devlin et al., NAACL 2019, arXiv:1810.04805).

In: token ids and attention mask, ``(n, tokens)`` int64 each. Out: ``(n, d)`` unit vectors. Pooling,
projections and normalising are in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from indexer.models.conversion.bert_settings import Dense, OtherModelError, Settings
from indexer.models.conversion.bert_weights import Weights, read_weights
from indexer.models.conversion.pooling import MUCH, Node, Pooling, column
from indexer.models.conversion.runtime import openvino

if TYPE_CHECKING:
    from openvino import Model


def bert_graph(settings: Settings, weights: Weights) -> Model:
    """The graph, with its weights in 32 bits; raises ``OtherModelError`` where any are missing."""
    return _Writer(settings, weights).graph()


class _Writer:
    def __init__(self, settings: Settings, weights: Weights) -> None:
        runtime = openvino()
        from openvino import opset15

        self._make_model, self._constant = runtime.Model, runtime.op.Constant
        self._ops: Any = opset15
        self._settings, self._weights = settings, weights

    def graph(self) -> Model:
        ops = self._ops
        ids, mask = (ops.parameter([-1, -1], np.int64) for _ in range(2))
        hidden = ops.multiply(ops.subtract(ops.convert(mask, "f32"), np.float32(1)), MUCH)
        hidden = ops.unsqueeze(hidden, column([1, 2]))
        tokens = self._embedded(ids)
        for layer in range(self._settings.layers):
            tokens = self._block(f"encoder.layer.{layer}.", tokens, hidden)
        vector = Pooling(ops, tokens, mask).pooled(self._settings.pooling)
        width = self._settings.width * len(self._settings.pooling)
        for dense in self._settings.dense:
            vector, width = self._projected(vector, width, dense)
        unit = ops.divide(vector, ops.reduce_l2(vector, column([1]), keep_dims=True))
        return self._make_model([ops.result(unit)], [ids, mask], "model")

    def _embedded(self, ids: Node) -> Node:
        ops, weights, width = self._ops, self._weights, self._settings.width
        words = weights.get("embeddings.word_embeddings.weight", None, width)
        places = weights.get("embeddings.position_embeddings.weight", None, width)
        kinds = weights.get("embeddings.token_type_embeddings.weight", None, width)
        if len(places) < self._settings.max_tokens or not len(kinds):
            raise OtherModelError("it has no vectors for all places")
        count = ops.gather(ops.shape_of(ids), column([1]), np.int64(0))
        # There is only ever one segment, whose vector goes to every place.
        placed = ops.slice(
            self._constant(places + kinds[0]), column([0]), count, column([1]), column([0])
        )
        return self._normed(
            "embeddings.LayerNorm.",
            ops.add(ops.gather(self._constant(words), ids, np.int64(0)), placed),
        )

    def _block(self, name: str, tokens: Node, hidden: Node) -> Node:
        ops, width = self._ops, self._settings.width
        attended = self._attended(f"{name}attention.self.", tokens, hidden)
        attended = self._linear(f"{name}attention.output.dense.", attended, width, width)
        tokens = self._normed(f"{name}attention.output.LayerNorm.", ops.add(attended, tokens))
        wide = self._linear(f"{name}intermediate.dense.", tokens, width, None)
        wide = ops.gelu(wide, self._settings.gelu)
        narrow = self._linear(f"{name}output.dense.", wide, None, width)
        return self._normed(f"{name}output.LayerNorm.", ops.add(narrow, tokens))

    def _attended(self, name: str, tokens: Node, hidden: Node) -> Node:
        ops, width, heads = self._ops, self._settings.width, self._settings.heads

        def by_head(part: str) -> Node:
            whole = self._linear(f"{name}{part}.", tokens, width, width)
            split = ops.reshape(whole, column([0, 0, heads, width // heads]), True)
            return ops.transpose(split, column([0, 2, 1, 3]))

        query, key, value = (by_head(part) for part in ("query", "key", "value"))
        attended = ops.scaled_dot_product_attention(query, key, value, hidden)
        return ops.reshape(
            ops.transpose(attended, column([0, 2, 1, 3])), column([0, 0, width]), True
        )

    def _linear(self, name: str, inputs: Node, width: int | None, outputs: int | None) -> Node:
        ops = self._ops
        weight = self._weights.get(f"{name}weight", outputs, width)
        bias = self._weights.get(f"{name}bias", weight.shape[0])
        return ops.add(ops.matmul(inputs, self._constant(weight), False, True), bias)

    def _normed(self, name: str, tokens: Node) -> Node:
        ops, width = self._ops, self._settings.width
        scale, shift = (self._weights.get(f"{name}{part}", width) for part in ("weight", "bias"))
        normed = ops.mvn(tokens, column([-1]), True, self._settings.epsilon, "inside_sqrt")
        return ops.add(ops.multiply(normed, scale), shift)

    def _projected(self, vector: Node, width: int, dense: Dense) -> tuple[Node, int]:
        ops, weights = self._ops, read_weights(dense.folder)
        weight = weights.get("linear.weight", None, width)
        vector = ops.matmul(vector, self._constant(weight), False, True)
        if "linear.bias" in weights:
            vector = ops.add(vector, weights.get("linear.bias", weight.shape[0]))
        return ops.tanh(vector) if dense.activation == "tanh" else vector, weight.shape[0]
