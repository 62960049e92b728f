"""Lone questions, by graphs that take inputs of one shape alone.

With inputs of any shape, OpenVINO prepares every operator anew for each question that is longer or
shorter than the last one. That takes as long as the inference itself: for questions of 6 to 32
tokens in bf16, a graph of one shape takes 0.6 of the processor time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openvino import CompiledModel

WIDTHS = (16, 32)
"""Tokens: some ten and twenty words. Each takes 30 MB of memory for MiniLM in bf16."""
AFTER = 100
"""Lone questions of a width that are answered without: a graph takes 0.7 s to be made ready, which
is what some 250 questions save. A command that asks a few pays nothing for it."""

_LOG = logging.getLogger("nearpaper")


class FixedShapes:
    """What a model's short texts are run by, once there were enough of them.

    They are filled up to the same width before and after, so that their vectors stay the same.

    Args:
        made: Makes the model ready for one text of so many tokens; raises ``RuntimeError``.
        threads: In which this is done.
        widths: That texts are filled up to, in tokens, ascending.
    """

    def __init__(
        self,
        made: Callable[[int], CompiledModel],
        threads: ThreadPoolExecutor,
        *,
        widths: Sequence[int] = WIDTHS,
    ) -> None:
        self._made, self._threads = made, threads
        self._asked = {width: count(1) for width in widths}
        self._ready: dict[int, CompiledModel] = {}

    def width(self, length: int) -> int:
        """The tokens that a text of so many is filled up to; those of a long one stay as many."""
        return next((width for width in self._asked if length <= width), length)

    def ready(self, width: int) -> CompiledModel | None:
        """What runs one text of a width; ``None`` for others, and before there were enough."""
        if (found := self._ready.get(width)) is not None or width not in self._asked:
            return found
        if next(self._asked[width]) == AFTER:
            self._threads.submit(self._make, width)
        return None

    def _make(self, width: int) -> None:
        try:
            self._ready[width] = self._made(width)
        except RuntimeError as error:  # what takes any shape will do
            _LOG.debug("no graph for %d tokens: %s", width, error)
