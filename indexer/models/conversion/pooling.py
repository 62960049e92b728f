"""Token vectors made one, in OpenVINO's operators."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Node = Any
"""A place in the graph; OpenVINO ships no types."""

MUCH = np.float32(60_000)
"""Taken from what doesn't count, in the attention and where the largest is looked for. It is more
than any score or vector comes to, and still a number in 16 bits."""


class Pooling:
    """The modes of sentence-transformers, for texts that are filled up on the right.

    Args:
        ops: A module of OpenVINO's operators.
        tokens: ``(n, tokens, d)``.
        mask: ``(n, tokens)`` int64, 1 where a token counts.
    """

    def __init__(self, ops: Any, tokens: Node, mask: Node) -> None:  # noqa: ANN401
        self._ops, self._tokens, self._mask = ops, tokens, mask

    def pooled(self, modes: Sequence[str]) -> Node:
        """``(n, d)`` for each mode, side by side."""
        made = [getattr(self, f"_{mode}")() for mode in modes]
        return self._ops.concat(made, 1) if len(made) > 1 else made[0]

    @cached_property
    def _counts(self) -> Node:
        """``(n, tokens, 1)``: 1 where a token counts."""
        return self._ops.unsqueeze(self._ops.convert(self._mask, "f32"), column([2]))

    @cached_property
    def _number(self) -> Node:
        """``(n, 1)``: how many do."""
        return self._ops.reduce_sum(self._counts, column([1]))

    def _sum(self, weights: Node) -> Node:
        return self._ops.reduce_sum(self._ops.multiply(self._tokens, weights), column([1]))

    def _at(self, place: Node) -> Node:
        """``(n, d)``: the vectors at the ``(n, 1)`` places."""
        found = self._ops.gather(self._tokens, place, np.int64(1), 1)
        return self._ops.squeeze(found, column([1]))

    def _cls(self) -> Node:
        first = self._ops.gather(self._tokens, column([0]), np.int64(1))
        return self._ops.squeeze(first, column([1]))

    def _lasttoken(self) -> Node:
        return self._at(self._ops.convert(self._ops.subtract(self._number, np.float32(1)), "i64"))

    def _max(self) -> Node:
        # What only fills up is moved below everything.
        below = self._ops.multiply(self._ops.subtract(self._counts, np.float32(1)), MUCH)
        return self._ops.reduce_max(self._ops.add(self._tokens, below), column([1]))

    def _mean(self) -> Node:
        return self._ops.divide(self._sum(self._counts), self._number)

    def _mean_sqrt_len_tokens(self) -> Node:
        return self._ops.divide(self._sum(self._counts), self._ops.sqrt(self._number))

    def _weightedmean(self) -> Node:
        # A token's weight is its place, counted from 1.
        places = self._ops.cum_sum(self._counts, np.int64(1))
        weights = self._ops.multiply(self._counts, places)
        total = self._ops.reduce_sum(weights, column([1]))
        return self._ops.divide(self._sum(weights), total)


def column(places: list[int]) -> NDArray[np.int64]:
    """Numbers of axes or places as operators take them."""
    return np.array(places, np.int64)
