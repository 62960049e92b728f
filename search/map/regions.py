"""Regions of a map, each named by the words that its titles have and others haven't."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.neighbours import parts_of
from indexer.papers.folding import fold, words
from search.query.language_hint import FOREIGN

LEVELS = (12, 48, 192)
"""Regions that a map is divided into: seen as a whole, nearer, from close by."""
SMALLEST = 12
"""Papers that a region has on average, at least; fewer have no words in common."""
_NAMED_BY = 3
_PAIR = 1.5
"""Two words tell more than one that is as frequent."""
_READ = 50
"""Titles that are read for how a term is written."""
_SQUARES = 8
_RARE = 3
"""A word in fewer titles says nothing about any region."""
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_HOLLOW = FOREIGN | frozenset(
    words(
        "a about across after against all am among an and any are as at be been before between "
        "beyond both but by can could do does doing during each every few for from further get "
        "give given go had has have how i if in into is it its itself just large like make "
        "makes making many may me more most much must my need needs new no nor not of off on "
        "once one only or other our out over own per rather same should so some such than that "
        "the their them then there these they this those three through to too toward towards "
        "two under until up upon us use used using very via was we were what when where whether "
        "which while who whose why will with within without would yet you your "
        "analysis approach approaches based case effective efficient framework improved improving "
        "method methods novel paper study"
    )
)
"""What titles of any field have."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the plane that has a name.

    Attributes:
        name: Words of its titles, with commas between; no two of a level have the same.
        x: Where most of its papers are, from 0 to 1.
        y: Likewise.
        papers: How many there are.
    """

    name: str
    x: float
    y: float
    papers: int


def find_regions(
    places: NDArray[np.float64], titles: Sequence[str]
) -> tuple[tuple[Region, ...], ...]:
    """The regions of ``(n, 2)`` places at each of :data:`LEVELS`, the largest first.

    The same places and titles always give the same regions.
    """
    terms = _terms(titles)
    most = len(places) // SMALLEST
    counts = sorted({min(wanted, most) for wanted in LEVELS if most})
    return tuple(_named(places, titles, terms, parts_of(places, count)) for count in counts)


def _named(
    places: NDArray[np.float64], titles: Sequence[str], terms: _Terms, part: NDArray[np.int64]
) -> tuple[Region, ...]:
    """The regions of one level; those are left out that no words tell from another."""
    found: dict[str, Region] = {}
    for number, telling in enumerate(_telling(terms, part)):
        members = np.flatnonzero(part == number)
        name = ", ".join(_written(term, members, titles, terms) for term in telling)
        if name and name not in found:
            x, y = _densest(places[members])
            found[name] = Region(name, x, y, len(members))
    return tuple(sorted(found.values(), key=lambda region: (-region.papers, region.name)))


def _telling(terms: _Terms, part: NDArray[np.int64]) -> list[list[int]]:
    """For each part the terms that tell it from the others best.

    How much a term tells is its part of the divergence (Kullback and Leibler, 1951) between the
    titles of a part and all others. Each term belongs to the part of which it tells most.
    """
    sizes, known = np.bincount(part), len(terms.known)
    cells = part[terms.paper] * known + terms.term
    held = np.bincount(cells, minlength=len(sizes) * known).reshape(len(sizes), known)
    within = held / np.maximum(sizes, 1)[:, None]
    elsewhere = (held.sum(axis=0) - held + 1) / (len(part) - sizes + 1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        tells = np.where(held >= _RARE, within * np.log(within / elsewhere), 0.0)
    tells *= np.array([_PAIR if " " in term else 1.0 for term in terms.known])
    tells[tells < tells.max(axis=0, initial=0.0)] = 0.0
    return [_first_apart(row, terms.known) for row in tells]


def _first_apart(tells: NDArray[np.float64], known: Sequence[str]) -> list[int]:
    """The terms that tell most, none of which has a word of another."""
    chosen: list[int] = []
    used: set[str] = set()
    for term in np.argsort(-tells, kind="stable")[: 8 * _NAMED_BY]:
        own = set(re.split("[ -]", known[term]))
        if tells[term] > 0 and not own & used and len(chosen) < _NAMED_BY:
            chosen.append(int(term))
            used |= own
    return chosen


def _written(term: int, members: NDArray[np.int64], titles: Sequence[str], terms: _Terms) -> str:
    """A term as most of some titles write it."""
    having = np.intersect1d(terms.paper[terms.term == term], members)[:_READ]
    forms = Counter(terms_of(titles[paper])[terms.known[term]] for paper in having)
    return max(sorted(forms), key=forms.__getitem__)


def _densest(places: NDArray[np.float64]) -> tuple[float, float]:
    """The middle of the fullest square of those that the places are divided into."""
    low, span = places.min(axis=0), np.maximum(np.ptp(places, axis=0), 1e-9)
    squares = np.minimum((places - low) / span * _SQUARES, _SQUARES - 1).astype(np.int64)
    square = squares @ np.array([_SQUARES, 1])
    x, y = places[square == np.bincount(square).argmax()].mean(axis=0)
    return float(x), float(y)


@dataclass(frozen=True, slots=True)
class _Terms:
    """Words and pairs of words of ``n`` titles.

    Attributes:
        known: The terms, by number.
        paper: ``(m,)`` the title of each occurrence; a title has a term once.
        term: ``(m,)`` the term of each occurrence.
    """

    known: tuple[str, ...]
    paper: NDArray[np.int64]
    term: NDArray[np.int64]


def _terms(titles: Sequence[str]) -> _Terms:
    counts = Counter(term for title in titles for term in terms_of(title))
    known = sorted(term for term, found in counts.items() if found >= _RARE)
    numbers = {term: number for number, term in enumerate(known)}
    papers, terms = array("q"), array("q")
    for paper, title in enumerate(titles):
        of_title = [numbers[term] for term in terms_of(title) if term in numbers]
        papers.extend([paper] * len(of_title))
        terms.extend(of_title)
    return _Terms(tuple(known), np.frombuffer(papers, np.int64), np.frombuffer(terms, np.int64))


def terms_of(title: str) -> dict[str, str]:
    """The telling words of a title and pairs of them, each folded and as it is written there."""
    found: dict[str, str] = {}
    before: tuple[str, str, int] | None = None
    for match in _WORD.finditer(title):
        written = match[0]
        folded = _singular(fold(written))
        if folded in _HOLLOW or len(folded) < 2 or folded.isdecimal():
            before = None
            continue
        found.setdefault(folded, written)
        if before and title[before[2] : match.start()] == " ":
            found.setdefault(f"{before[0]} {folded}", f"{before[1]} {written}")
        before = (folded, written, match.end())
    return found


def _singular(word: str) -> str:
    """``Models`` and ``model`` are one word; enough for naming."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
