"""What was asked, checked and cleaned before anything is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from indexer.errors import UsageError
from indexer.papers.paper import Paper, normalise_id
from search.answer.answer import (
    MAX_DEPTH,
    MAX_IDS,
    MAX_LIBRARY,
    MAX_LIMIT,
    MAX_LOOKUP,
    MAX_QUESTION,
    MODES,
    SORTS,
    Explain,
    Mode,
    Sort,
)
from search.query.filters import Filters

LAST_DAY = "9999-12-31"


class Asked(TypedDict, total=False):
    """What may be chosen beside a question; see :meth:`~search.engine.Engine.search`."""

    mode: Mode
    filters: Filters
    sort: Sort
    limit: int
    offset: int
    min_score: float
    explain: Explain


@dataclass(frozen=True, slots=True)
class Page:
    """Which stretch of a ranking is wanted, in which order; raises ``UsageError``."""

    limit: int = 10
    offset: int = 0
    sort: Sort = "relevance"

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise UsageError(f"limit {self.limit}: must be from 1 to {MAX_LIMIT}")
        if not 0 <= self.offset <= MAX_DEPTH - self.limit:
            raise UsageError(
                f"offset {self.offset}: must be from 0, and offset + limit at most {MAX_DEPTH}; "
                "narrow the search with filters instead"
            )
        if self.sort not in SORTS:
            raise UsageError(f"sort {self.sort!r}: must be one of {', '.join(SORTS)}")


def asked_question(text: str) -> str:
    """A question with its white space folded; raises ``UsageError``."""
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the question is {len(text)} characters long: at most {MAX_QUESTION}")
    folded = " ".join(whole_characters(text).split())
    if not folded:
        raise UsageError("the question is empty; ask in plain words")
    return folded


def whole_characters(text: str) -> str:
    """A text with ``?`` for half a surrogate pair, as a broken client sends it."""
    return text.encode("utf-8", "replace").decode()


def asked_library(papers: Sequence[Paper]) -> Sequence[Paper]:
    """Papers that stand for a taste; raises ``UsageError``."""
    if not 1 <= len(papers) <= MAX_LIBRARY:
        raise UsageError(f"a library of {len(papers)} papers: must be from 1 to {MAX_LIBRARY}")
    return papers


def asked_ids(ids: Sequence[str]) -> list[str]:
    """Normalised ids without repeats; raises ``UsageError``."""
    if len(ids) > MAX_IDS:
        raise UsageError(f"{len(ids)} papers given: at most {MAX_IDS}")
    try:
        return list(dict.fromkeys(normalise_id(id)[0] for id in ids))
    except ValueError as error:
        raise UsageError(f"not a paper's id: {error}") from error


def named_ids(ids: Sequence[str]) -> list[str]:
    """Normalised ids in their order, empty for what is none; raises ``UsageError``."""
    if len(ids) > MAX_LOOKUP:
        raise UsageError(f"{len(ids)} papers asked for: at most {MAX_LOOKUP}")
    names = []
    for id in ids:
        try:
            names.append(normalise_id(id)[0])
        except ValueError:
            names.append("")
    return names


def asked_mode(mode: str) -> Mode:
    """A mode; raises ``UsageError``."""
    for known in MODES:
        if mode == known:
            return known
    raise UsageError(f"mode {mode!r}: must be one of {', '.join(MODES)}")


def asked_score(score: float) -> float:
    """A least score; raises ``UsageError``."""
    if not 0 <= score <= 1:
        raise UsageError(f"min score {score}: must be from 0 to 1")
    return score
