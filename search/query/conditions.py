"""Which papers a question and the filters beside it allow."""

from __future__ import annotations

from indexer.local.segments.columns import Mask
from indexer.local.segments.generation import Generation
from search.query.filters import Filters
from search.query.parser import Query, all_filters


def allowed_papers(generation: Generation, query: Query, filters: Filters) -> Mask:
    """Live papers that pass every filter, hold what must be held and nothing that mustn't."""
    mask = generation.live.copy()
    for each in all_filters(query, filters):
        mask &= each.select(generation)
    lexicon = generation.lexicon
    # A phrase of stop words alone can't be looked up, and so asks for nothing.
    for phrase in filter(lexicon.stems, query.phrases):
        mask &= _holding(generation, phrase, "title", "abstract")
    for phrase in filter(lexicon.stems, query.titles):
        mask &= _holding(generation, phrase, "title")
    for phrase in filter(lexicon.stems, query.abstracts):
        mask &= _holding(generation, phrase, "abstract")
    for phrase in query.excluded:
        mask &= ~_holding(generation, phrase, "title", "abstract")
    return mask


def too_common(generation: Generation, query: Query) -> tuple[str, ...]:
    """A warning that names what was asked for but consists of stop words alone."""
    asked = (*query.phrases, *query.titles, *query.abstracts, *query.excluded)
    common = [phrase for phrase in asked if not generation.lexicon.stems(phrase)]
    return (f"too common to be looked up: {', '.join(common)}",) if common else ()


def _holding(generation: Generation, phrase: str, *fields: str) -> Mask:
    mask = generation.nowhere()
    for field in fields:
        positions = generation.positions(generation.lexicon.holding(field, phrase))
        mask[positions[positions >= 0]] = True
    return mask
