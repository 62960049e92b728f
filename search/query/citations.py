"""Papers named by surname and year, as texts cite them: "Vaswani et al. 2017", "Hinton G".

A whole question is read so, where the index knows the authors; the year may miss the date that
the index has by one, as that of a preprint and that of its conference do.
"""

from __future__ import annotations

import re

from search.query.corpus import Cited, Corpus
from search.query.names import is_initials, spaced

MOST_NAMES = 4
LONGEST = 120
"""Characters of a question that is nothing but a citation."""
_LETTER = r"[^\W\d_]"
_WORD = rf"{_LETTER}(?:{_LETTER}|(?!['’]s\b)[.'’\-](?={_LETTER}|[.,\s)]|$))*"
_CITED = re.compile(
    rf"""[\s("\[]*
    (?:(?:the|see|cf\.?|e\.g\.,?)\s+)?(?:(?:papers?|article|work|preprint)\s+)?(?:(?:by|from|of)\s+)?
    (?P<names>{_WORD}(?:(?:,?\s+(?:and|&)\s+|,\s*|\s+){_WORD}){{0,9}}?)
    (?P<others>,?\s+(?:et\.?\s*al\b\.?|and\s+(?:others|colleagues|co-?authors)))?
    (?:(?:'s|’s)?,?\s*[\[(]?\s*(?P<year>(?:19|20)\d\d)[a-z]?\s*[\])]?)?
    (?:\s+(?:papers?|article))?
    [\s.,;:?!)"\]]*""",
    re.VERBOSE | re.IGNORECASE,
)
_JOINED = re.compile(r",?\s+(?:and|&)\s+|,\s*", re.IGNORECASE)


def citation(asked: str, corpus: Corpus) -> Cited | None:
    """What a whole question cites, if it is a citation of authors that the index knows."""
    found = _CITED.fullmatch(asked) if len(asked) <= LONGEST else None
    if not found:
        return None
    typed, year = _names(found["names"]), found["year"] or ""
    told = bool(year or found["others"])
    if not 0 < len(typed) <= MOST_NAMES or not (told or _has_initials(typed)):
        return None
    certain = bool(found["others"]) or len(typed) > 1
    names = tuple(_known(name, corpus, certain=certain) for name in typed)
    return _dated(names, year, corpus) if all(names) else None


def _known(name: str, corpus: Corpus, *, certain: bool) -> str:
    """A name as typed, else with "GE" as two initials; empty where it is no author's."""
    each = dict.fromkeys((name, spaced(name)))
    return next((one for one in each if corpus.is_author(one, certain=certain)), "")


def _dated(names: tuple[str, ...], year: str, corpus: Corpus) -> Cited | None:
    """The same, of the year, or else of the years beside it, if there is such a paper."""
    around = [(year, year)]
    if year:
        around.append((f"{int(year) - 1}", f"{int(year) + 1}"))
    meant = (Cited(names, year, first, last) for first, last in around)
    return next(filter(corpus.has, meant), None)


def _names(text: str) -> tuple[str, ...]:
    """Names between commas and "and"; initials behind a comma belong to the name before it."""
    names: list[str] = []
    for part in filter(None, _JOINED.split(text)):
        if names and all(map(is_initials, part.split())):
            names[-1] = f"{names[-1]} {part}"
        else:
            names.append(part)
    return tuple(name.strip(" .") for name in names)


def _has_initials(names: tuple[str, ...]) -> bool:
    """Whether it is one surname with initials, which no other words look like."""
    parts = spaced(names[0]).split()
    initials = sum(len(part) == 1 for part in parts)
    return len(names) == 1 and 0 < initials < len(parts) == initials + 1
