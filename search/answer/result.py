"""One paper of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from indexer.papers.paper import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One paper and its rank.

    Attributes:
        rank: From 1, counted over all pages.
        paper: The record.
        score: 0 to 1, comparable between questions: see :mod:`search.ranking.calibration`.
        why: Reasons for its rank, by name; see :func:`search.answer.explain.why`.
        folded: Ids of versions and near-duplicates of the paper that it stands for.
    """

    rank: int
    paper: Paper
    score: float
    why: dict[str, Any] = field(default_factory=dict)
    folded: tuple[str, ...] = ()
