"""What a search gives back, and its one JSON form, the same on every face."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from indexer.papers.paper import Paper
from search.answer.notebook import as_frame, as_html, as_text

Sort = Literal["relevance", "newest", "upvotes"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "upvotes")

Mode = Literal["hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")
Explain = bool | Literal["words"]

MAX_QUESTION = 10_000
"""Characters of a question; far more than any model reads."""
MAX_LIMIT = 1_000
"""Results in one answer."""
MAX_IDS = 100
"""Papers that one answer is to be similar to."""
MAX_LIBRARY = 1_000
"""Papers that stand for a taste."""
MAX_BATCH = 1_000
"""Questions and papers in one request."""
MAX_LOOKUP = 1_000
"""Papers looked up at once."""
MAX_DEPTH = 10_000
"""How far ``offset + limit`` reaches down the ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One paper at its place in the ranking.

    Attributes:
        rank: From 1, counted over all pages.
        paper: The record.
        score: 0 to 1, comparable between questions: see :mod:`search.ranking.calibration`.
        why: Reasons for its place, by name; see :func:`search.answer.explain.why`.
        folded: Ids of versions and near-duplicates of the paper that it stands for.
    """

    rank: int
    paper: Paper
    score: float
    why: dict[str, Any] = field(default_factory=dict)
    folded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """A page of results.

    Attributes:
        query: As asked.
        understood: What was searched for, by name.
        total: How many papers pass the filters and, by words alone, hold a word of the question.
        limit: How many results were asked for.
        offset: How many were passed over.
        facets: How many of these have each value of a field.
        results: At most ``limit`` of them, best first.
        generation: Of the index; two answers of one generation fit together.
        took_ms: Time spent in the engine.
        warnings: What the reader of the answer should know.
        far: Even the nearest paper has nothing to do with the question; a warning says so.
    """

    query: str
    understood: dict[str, Any]
    total: int
    limit: int
    offset: int
    facets: dict[str, dict[str, int]]
    results: tuple[Result, ...]
    generation: int
    took_ms: float
    warnings: tuple[str, ...] = ()
    far: bool = False

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_html_(self) -> str:
        return as_html(self)

    def to_pandas(self) -> Any:  # noqa: ANN401 - pandas need not be there
        """The results as a ``pandas.DataFrame``, see :func:`search.answer.notebook.as_frame`."""
        return as_frame(self)
