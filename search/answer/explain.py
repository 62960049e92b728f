"""Why a paper ranks where it does: its rank in each leg, its words, its nearest sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.embedder import Embedder
from search.answer.highlight import Span
from search.answer.sentences import sentences

MAX_SENTENCES = 40
"""Of one abstract that are looked at: of 8,000 real ones none had more than 23."""

_DIGITS = 6  # Of a score: float32 holds no more, and JSON is read by people.


@dataclass(frozen=True, slots=True)
class LegRank:
    """Where one leg saw a paper.

    Attributes:
        rank: From 1; ``None`` if the leg didn't rank it.
        score: The leg's own, a cosine or BM25; ``None`` if it gave none.
    """

    rank: int | None = None
    score: float | None = None

    def as_dict(self) -> dict[str, Any] | None:
        """For JSON; ``None`` where there is nothing to tell."""
        if self.rank is None and self.score is None:
            return None
        score = None if self.score is None else round(float(self.score), _DIGITS)
        return {"rank": None if self.rank is None else int(self.rank), "score": score}


UNRANKED = LegRank()


def why(
    *,
    dense: LegRank = UNRANKED,
    lexical: LegRank = UNRANKED,
    words: Sequence[str] = (),
    sentence: tuple[str, float] | None = None,
    title: Sequence[Span] = (),
    abstract: Sequence[Span] = (),
) -> dict[str, Any]:
    """The reasons for one result, as JSON holds them; every key is always there.

    Args:
        dense: The rank by meaning.
        lexical: The rank by words.
        words: Of :func:`~search.answer.highlight.marks`.
        sentence: Of :func:`nearest_sentences`.
        title: Highlights in the title.
        abstract: Highlights in the abstract.
    """
    nearest = None
    if sentence is not None:
        nearest = {"text": sentence[0], "score": round(float(sentence[1]), _DIGITS)}
    return {
        "dense": dense.as_dict(),
        "lexical": lexical.as_dict(),
        "words": list(words),
        "sentence": nearest,
        "highlights": {
            "title": [list(span) for span in title],
            "abstract": [list(span) for span in abstract],
        },
    }


def nearest_sentences(
    question: NDArray[np.float32], embedder: Embedder, texts: Sequence[str]
) -> list[tuple[str, float] | None]:
    """For each of some abstracts the sentence that is nearest to a question, and its cosine.

    Args:
        question: ``(d,)``, of any length.
        embedder: That the question was embedded by; used from one thread at a time.
        texts: The abstracts, whose sentences are encoded together; of each the first
            :data:`MAX_SENTENCES` sentences are looked at.

    Returns:
        The first of the nearest, without white space around it; ``None`` for an empty text.
    """
    choices = [
        [one.strip() for one in sentences(text) if one.strip()][:MAX_SENTENCES] for text in texts
    ]
    every = [one for choice in choices for one in choice]
    if not every:
        return [None] * len(texts)
    length = float(np.linalg.norm(question)) or 1.0
    cosines = embedder.encode_documents(every).vectors @ question / length
    ends = np.cumsum([len(choice) for choice in choices])
    parts = np.split(cosines, ends[:-1])
    return [_nearest(choice, part) for choice, part in zip(choices, parts, strict=True)]


def _nearest(choice: Sequence[str], cosines: NDArray[np.float32]) -> tuple[str, float] | None:
    if not choice:
        return None
    best = int(np.argmax(cosines))
    return choice[best], float(np.clip(cosines[best], -1, 1))
