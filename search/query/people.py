"""Authors in a question: "papers by N on T", "N's work on T", "T by N".

Whether a word is a name only the index knows: each candidate is checked against it, and what isn't
an author's name there stays a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.query.corpus import Corpus
from search.query.names import is_initials
from search.query.vocabulary import (
    DOCUMENTS,
    FILLERS,
    FOLLOWING,
    LINKS,
    PLAIN,
    STRONG,
    is_negated,
    words,
)

Keys = Sequence[str]
Tokens = Sequence[str]

LONGEST = 4
"""Words of a name."""
MOST = 4
"""Names side by side."""
_NAME = re.compile(r"[^\W\d_][^\W\d_.'’\-]*(?:[.'’\-][^\W\d_.'’\-]*)*")
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_EDGES = '"`*([{<>}]),;:!?'
_POSSESSIVE = re.compile(r"['’ʼ]s?$")
_MADE = words(
    "written authored published proposed introduced presented invented developed created described"
)
"""What an author does; "inspired by" and "used by" name others."""
_NO_NAMES = (PLAIN - words("an do so may will")) | words("not no yes than then")


@dataclass(frozen=True, slots=True)
class Authors:
    """Authors that some words of a question ask for.

    Attributes:
        start: Place of the first word.
        stop: Place behind the last.
        names: As typed, without marks around them.
        either: Any of them will do; else all must have written a paper together.
        papers: Place of the word for papers beside it, -1 where there is none.
        year: That of a citation: "by Vaswani et al. 2017".
    """

    start: int
    stop: int
    names: tuple[str, ...]
    either: bool = False
    papers: int = -1
    year: str = ""


def authors(tokens: Tokens, keys: Keys, corpus: Corpus) -> Authors | None:
    """The first authors that a question asks for, if there are any.

    Args:
        tokens: Its words as typed, empty for what must not be touched.
        keys: The same, folded, without punctuation around them.
        corpus: Knows whose names are authors'.
    """
    for place, key in enumerate(keys):
        if key == "by":
            found = _by(tokens, keys, place, corpus)
        elif place and key in DOCUMENTS:
            found = _possessive(tokens, keys, place, corpus) or _before(tokens, keys, place, corpus)
        else:
            found = None
        if found:
            return found
    return None


def _by(tokens: Tokens, keys: Keys, place: int, corpus: Corpus) -> Authors | None:
    """Such as "papers by N", "by N on T", "T by N"."""
    last = keys[place - 1] if place else ""
    made = last in _MADE
    papers = place - 1 - made if place > made and keys[place - 1 - made] in DOCUMENTS else -1
    if (last.endswith("ed") and not made) or is_negated(keys, place - made):
        return None
    names, either, stop = _listed(tokens, keys, place + 1, corpus, certain=papers >= 0)
    if not names:
        return None
    if papers < 0 and not made:
        # "Learning by doing": without a word for papers it must look like a name, and end there.
        ends = stop == len(keys) or keys[stop] in FOLLOWING or tokens[stop - 1].endswith(",")
        ends = ends or bool(_YEAR.fullmatch(keys[stop]))
        if not ends or not all(_looks_like_one(name) for name in names):
            return None
    year = keys[stop] if stop < len(keys) and _YEAR.fullmatch(keys[stop]) else ""
    return Authors(place - made, stop + bool(year), names, either, papers, year)


def _possessive(tokens: Tokens, keys: Keys, place: int, corpus: Corpus) -> Authors | None:
    """Such as "N's work"."""
    if not _POSSESSIVE.search(tokens[place - 1].strip(_EDGES)):
        return None
    for size in range(min(LONGEST, place), 0, -1):
        start = place - size
        name = _name(tokens, keys, start, place)
        if name and corpus.is_author(name):
            return Authors(start, place, (name,), papers=place)
    return None


def _before(tokens: Tokens, keys: Keys, place: int, corpus: Corpus) -> Authors | None:
    """Such as "N papers on T": a question that begins with a whole name."""
    if keys[place] not in STRONG or not 2 <= place <= LONGEST:
        return None
    name = _name(tokens, keys, 0, place)
    if not name or not _looks_like_one(name) or not corpus.is_author(name):
        return None
    return Authors(0, place, (name,), papers=place)


def _listed(
    tokens: Tokens, keys: Keys, at: int, corpus: Corpus, *, certain: bool
) -> tuple[tuple[str, ...], bool, int]:
    """Names with commas, "and" or "or" between them, and the place behind the last."""
    names: list[str] = []
    either, stop = False, at
    while len(names) < MOST:
        found = _longest(tokens, keys, at, corpus, certain=certain)
        if not found:
            break
        names.append(found[0])
        stop = at = found[1]
        if keys[at : at + 1] and keys[at] in ("and", "or", "&"):
            either |= keys[at] == "or"
            at += 1
        elif not tokens[at - 1].endswith(","):
            break
    either = either and len(names) > 1
    return tuple(names), either, _behind_others(keys, stop)


def _behind_others(keys: Keys, stop: int) -> int:
    """Behind "et al.", where that follows."""
    if list(keys[stop : stop + 2]) == ["et", "al"]:
        return stop + 2
    is_more = list(keys[stop : stop + 1]) == ["and"] and stop + 1 < len(keys)
    return stop + 2 if is_more and keys[stop + 1] in _OTHERS else stop


_OTHERS = words("others colleagues coauthors co-authors collaborators")


def _longest(
    tokens: Tokens, keys: Keys, at: int, corpus: Corpus, *, certain: bool
) -> tuple[str, int] | None:
    """The longest author's name that begins at a place, and the place behind it."""
    end = at
    while end < min(len(keys), at + LONGEST) and _can_be_named(tokens[end], keys[end]):
        end += 1
        if tokens[end - 1].endswith((",", ";", ":", "?", "!")):
            break
    for stop in range(end, at, -1):
        name = _name(tokens, keys, at, stop)
        has_capital = name[:1].isupper()
        if name and corpus.is_author(name, certain=certain and has_capital):
            return name, stop
    return None


def _name(tokens: Tokens, keys: Keys, start: int, stop: int) -> str:
    """The words of a name without marks around them; empty where one can't be of a name."""
    if not all(_can_be_named(tokens[at], keys[at]) for at in range(start, stop)):
        return ""
    bare = (_POSSESSIVE.sub("", tokens[at].strip(_EDGES)) for at in range(start, stop))
    return " ".join(word if is_initials(word) else word.rstrip(".") for word in bare)


def _can_be_named(token: str, key: str) -> bool:
    bare = token.strip(_EDGES)
    if not _NAME.fullmatch(bare):
        return False
    return bare[:1].isupper() or key not in _NO_NAMES


def _looks_like_one(name: str) -> bool:
    """Whether its longer words have capital letters, or there are several words."""
    parts = name.split()
    return len(parts) > 1 or parts[0][:1].isupper()


def beside(keys: Keys, found: Authors) -> Iterator[int]:
    """Places of what only leads to or from an author: "recent papers", "on"."""
    place, after = found.papers, found.stop
    fillers = place
    while fillers > 0 and keys[fillers - 1] in FILLERS:
        fillers -= 1
    if place >= found.stop:
        yield place
        after = place + 1
    # "Gemma Technical Report by" N: there the report belongs to the topic.
    elif place >= 0 and (keys[place] in STRONG or fillers == 0):
        yield from range(fillers, place + 1)
    if keys[after : after + 1] and keys[after] in LINKS - {"by", "from", "to", "into"}:
        yield after
