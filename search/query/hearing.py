"""Authors and times that a question asks for in plain words, as filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from search.query.corpus import Corpus
from search.query.filters import Filters
from search.query.people import Authors, authors, beside
from search.query.request_phrases import key_of, request_words
from search.query.times import periods
from search.query.vocabulary import DOCUMENTS, HELPERS, OPENERS, RECENT

MOST_AUTHORS = 2
"""Mentions of authors in one question."""
REQUEST = 25
"""Words up to which a question that asks ("can you recommend ...") is no prose."""
LEADING = frozenset(("on", "about", "regarding", "concerning", "of"))
"""What led from an author or a time to the topic, once these are gone."""
SENTENCE = 6
"""Words from which on a full stop ends a sentence."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What some words of a question ask for beside its topic.

    Attributes:
        places: Of the words that name authors and times.
        off: Of the words that only ask.
        filters: What the words say.
        recent: A wish for new papers without a time, as typed; it filters nothing.
    """

    places: frozenset[int] = frozenset()
    off: frozenset[int] = frozenset()
    filters: tuple[Filters, ...] = ()
    recent: str = ""


def hear(
    tokens: Sequence[str | None], corpus: Corpus | None, *, is_prose: bool, needs_topic: bool
) -> Heard:
    """The authors, times and request phrases of a question.

    Args:
        tokens: Its words as typed, ``None`` for what must not be touched.
        corpus: What is known of the index; without it only request phrases are read.
        is_prose: Only times beside a word for papers are read, and no authors.
        needs_topic: Whether there is nothing else to go by than what remains.
    """
    if corpus is None or _states(tokens):
        return Heard(off=request_words(tokens, needs_topic=needs_topic))
    if is_prose and len(tokens) <= REQUEST:
        is_prose = not request_words(tokens, needs_topic=needs_topic)
    words, keys = [token or "" for token in tokens], [key_of(token) for token in tokens]
    taken, filters, links = set[int](), list[Filters](), set[int]()
    for period in periods(words, keys, corpus.today, only_papers=is_prose):
        filters.append(Filters(after=period.after, before=period.before))
        taken.update(range(period.start, period.stop))
    # What a time takes up is no name, and ends one.
    masked = ["" if place in taken else word for place, word in enumerate(words)]
    bare = ["with" if place in taken else key for place, key in enumerate(keys)]
    for _ in range(0 if is_prose else MOST_AUTHORS):
        found = authors(masked, bare, corpus)
        if found is None:
            break
        filters += _filters(found)
        span = range(found.start, found.stop)
        taken.update(span)
        links.update(beside(bare, found))
        for place in span:
            masked[place], bare[place] = "", "with"
    return _settled(tokens, keys, taken, links, tuple(filters), needs_topic=needs_topic)


def _settled(
    tokens: Sequence[str | None],
    keys: Sequence[str],
    taken: set[int],
    links: set[int],
    filters: tuple[Filters, ...],
    *,
    needs_topic: bool,
) -> Heard:
    """The same, and the request phrases of what is left."""
    left = [place for place in range(len(tokens)) if place not in taken]
    found = request_words(
        [tokens[place] for place in left], needs_topic=needs_topic and not filters
    )
    off = {left[at] for at in found}
    taken |= links - off
    first = next((place for place in left if place not in taken | off), 0)
    if taken and first and keys[first] in LEADING:
        taken.add(first)
    recent = next((tokens[at] for at in sorted(off | taken) if keys[at] in RECENT), None)
    return Heard(frozenset(taken), frozenset(off - taken), filters, (recent or "").strip(".,;:"))


def _filters(found: Authors) -> list[Filters]:
    names = [found.names] if found.either else [(name,) for name in found.names]
    dated = [Filters(after=found.year, before=found.year)] if found.year else []
    return [*(Filters(authors=each) for each in names), *dated]


def _states(tokens: Sequence[str | None]) -> bool:
    """Whether a sentence tells something ("rates fell from 2009 to 2014.") and asks for nothing."""
    keys = [key_of(token) for token in tokens]
    asks = any(key in DOCUMENTS or key in OPENERS for key in keys)
    ends = len(tokens) >= SENTENCE and (tokens[-1] or "").endswith(".")
    # "May" is a month, and titles have capital letters.
    verb = any(
        key in HELPERS and not (tokens[at] or "")[:1].isupper() for at, key in enumerate(keys)
    )
    return not asks and (ends or verb)
