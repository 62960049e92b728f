"""Questions to begin with, drawn from the index: each finds something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from threading import Lock
from weakref import WeakKeyDictionary

from api.pages.form import SearchForm
from api.pages.neighbour_plot import short_title
from api.pages.paper_links import Link
from api.pages.things import thing_address
from indexer.papers.paper import Paper
from search.engine import Engine

_PHRASES = 2
"""Questions in plain words."""
_SHORTEST, _LONGEST = 20, 60
"""Characters of such a question."""
_CAPITALISED = re.compile(r"\b[A-Z][a-z]*\b")
_LOCK = Lock()
_DRAWN: WeakKeyDictionary[Engine, tuple[str, list[Link]]] = WeakKeyDictionary()
"""With what the index was: its facets take a while to count, and change only when it does."""


def examples(engine: Engine, liked: Sequence[Paper]) -> list[Link]:
    """Some questions of each kind, such as ``au:"Ada Lovelace"``.

    Args:
        engine: Over the index.
        liked: Papers that people like, from which words are taken.
    """
    state = engine.fingerprint
    with _LOCK:
        known = _DRAWN.get(engine)
        if known is None or known[0] != state:
            known = (state, list(_drawn(engine, liked)))
            _DRAWN[engine] = known
        return known[1]


def _drawn(engine: Engine, liked: Sequence[Paper]) -> Iterator[Link]:
    phrases = dict.fromkeys(filter(None, map(_phrase, liked)))
    for phrase in list(phrases)[:_PHRASES]:
        yield Link(phrase, SearchForm(q=phrase, chosen={}).address())
    facets = engine.browse(limit=1).facets
    for name in list(facets["author"])[:1]:
        question = f'au:"{name}"'.replace('""', '"')
        yield Link(question, SearchForm(q=question, chosen={}).address())
    for name in list(facets["category"])[:1]:
        yield Link(f"new in {name}", thing_address(name, "category"))
    for paper in liked[-1:]:
        like = f"papers like {short_title(paper.title) or paper.id}"
        yield Link(like, SearchForm(similar=(paper.id,), chosen={}).address())


def _phrase(paper: Paper) -> str:
    """What stands behind the name in a title, which says in plain words what the paper is on."""
    _, colon, rest = paper.title.partition(": ")
    words = rest.strip().rstrip(".?") if colon else ""
    plain = _CAPITALISED.sub(lambda match: match[0].lower(), words)
    return plain if _SHORTEST <= len(plain) <= _LONGEST and "$" not in plain else ""
