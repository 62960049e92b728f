"""One paper of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from indexer.papers.paper import Paper
from search.answer.excerpt import WHOLE, Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One paper and its rank.

    Attributes:
        rank: From 1, counted over all pages.
        paper: The record.
        score: 0 to 1, comparable between questions: see :mod:`search.ranking.closeness`.
        close: The paper is close to what was asked; those behind it follow by relevance.
        why: Reasons for its rank, by name; see :func:`search.answer.explain.why`.
        folded: Ids of versions and near-duplicates of the paper that it stands for.
        excerpt: Where its abstract holds most of the question, if reasons were asked for.
    """

    rank: int
    paper: Paper
    score: float
    close: bool = True
    why: dict[str, Any] = field(default_factory=dict)
    folded: tuple[str, ...] = ()
    excerpt: Excerpt = WHOLE
