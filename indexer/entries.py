"""What the pipeline hands to a store, and what a store tells it of what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.papers.identity import Name
from indexer.papers.paper import Paper


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper about to be committed.

    Attributes:
        paper: The record.
        text_hash: Of the text that was embedded.
        vector: ``(d,)`` float16, unit length.
        truncated: The text was longer than the model reads.
        names: By which it can be asked for.
        arrived: Number of the change with which it first came; ``None`` if that is this one.
    """

    paper: Paper
    text_hash: str
    vector: NDArray[np.float16]
    truncated: bool
    names: Iterable[Name]
    arrived: int | None = None


@dataclass(frozen=True, slots=True)
class Embedded:
    """A text that was embedded before: its ``(d,)`` float16 vector, and whether it was cut."""

    vector: NDArray[np.float16]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A live paper of the store.

    Attributes:
        paper: The record.
        names: All that it can be asked for by.
        arrived: Number of the change with which it first came.
    """

    paper: Paper
    names: frozenset[Name]
    arrived: int
