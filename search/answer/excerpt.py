"""Where an abstract speaks most of what was asked: the sentence to begin with, the words to mark.

Words are weighed by how rare they are in the index, as ``ln((papers + 1) / papers that hold it)``:
common ones say nothing of why a paper was found, and a page on which each is marked is hard to
read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from search.answer.highlight import Span
from search.answer.sentences import sentence_spans

if TYPE_CHECKING:  # results are made of excerpts, and `--help` starts without numpy
    from indexer.snapshot import Snapshot

COMMON = 0.1
"""The share of papers from which on a word is common. Of a question on video generation, asked of
9,877 papers on machine learning, "video" and "generation" are, "character" and "consistent" not."""
LEAST = 0.5
"""Of the rarest word's weight, which a word needs where all are common: of "how do language models
learn in context", "context" is marked, and not "language models" in every other line."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What to show of an abstract where there is no room for all of it.

    Attributes:
        start: The character at which the sentence begins that holds most.
        title: The rare words among the matches in the title.
        abstract: Likewise in the abstract.
    """

    start: int = 0
    title: tuple[Span, ...] = ()
    abstract: tuple[Span, ...] = ()


WHOLE = Excerpt()
"""Of a paper of which nothing was matched: from its beginning."""


def weights(snapshot: Snapshot, stems: Collection[str]) -> dict[str, float]:
    """How much each stem of a question says; 0 for common ones, if all are, for the commonest."""
    asked = sorted(stems)
    papers = max(1, snapshot.about.papers)
    held = snapshot.document_frequencies(asked)
    found = {
        stem: math.log((papers + 1) / count) if count else 0.0
        for stem, count in zip(asked, held, strict=True)
    }
    rarest = max(found.values(), default=0.0)
    least = math.log(1 / COMMON)
    if rarest <= least:
        least = LEAST * rarest
    return {stem: weight if weight > least else 0.0 for stem, weight in found.items()}


def excerpt(
    abstract: str,
    title_spans: Sequence[Span],
    abstract_spans: Sequence[Span],
    weigh: Callable[[Span, bool], tuple[str, float]],
) -> Excerpt:
    """What to show of one paper.

    Args:
        abstract: Its abstract.
        title_spans: The matches in its title.
        abstract_spans: The matches in its abstract.
        weigh: The stem and weight of a match; its second argument says whether it is the title's.
    """
    weighed = {span: weigh(span, False) for span in abstract_spans}
    return Excerpt(
        _best_start(abstract, weighed),
        tuple(span for span in title_spans if weigh(span, True)[1]),
        tuple(span for span, (_, weight) in weighed.items() if weight),
    )


def _best_start(abstract: str, weighed: Mapping[Span, tuple[str, float]]) -> int:
    """Of the first of the sentences that hold most; each word counts once in a sentence."""
    best, most = 0, 0.0
    for start, end in _sentences(abstract) if weighed else ():
        held = {stem: weight for (at, _), (stem, weight) in weighed.items() if start <= at < end}
        if (total := sum(held.values())) > most:
            best, most = start, total
    return best


@lru_cache(maxsize=2_000)
def _sentences(abstract: str) -> tuple[Span, ...]:
    """Kept for what is shown again: the next filter, the other order, the page before."""
    return tuple(sentence_spans(abstract))
