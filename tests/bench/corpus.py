"""The papers of an index as the draws of questions look at them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import TypeVar

from api.exports.author_names import name_parts
from indexer.analysis import stems
from indexer.papers.paper import Paper
from search.query.vocabulary import words

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_HEAD = re.compile(r"\s*([^\W_]+(?:-[^\W_]+)*)\s*:\s+\S")
_FUNCTION = words(
    """about above across after all also am among an and any are as at be been before being between
    beyond both but by can could do does during each either else every few for from further had has
    have he how however if in into is it its itself less may might more most much must need neither
    no nor not of off on only onto or other our out over own per same she should so some such than
    that the their them then there these they this those through thus to too toward towards under
    until up upon us use used uses using very via was we were what when where whether which while
    who whom whose why will with within without would yet you your"""
)
"""Words that say how others belong together, and that nobody remembers a paper by."""
_COMMON_FOR = 1_000
"""A name that more than one paper in so many writes in small letters is a word of the language."""

Key = TypeVar("Key", str, tuple[str, str])


class Corpus:
    """Papers in the order of their ids, so that every index of them gives the same questions."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = sorted(papers, key=lambda paper: paper.id)

    def shuffled(self, chance: Random) -> Iterator[Paper]:
        """All papers in random order."""
        yield from chance.sample(self.papers, len(self.papers))

    def same_title(self, paper: Paper) -> frozenset[str]:
        """The papers with a paper's title, itself among them."""
        return self._titled[fold(paper.title)]

    def of_name(self, name: str) -> frozenset[str]:
        """The papers whose title begins with a name and a colon."""
        return self._named[name.lower()]

    def by_author(self, name: str) -> frozenset[str]:
        """The papers of an author of that whole name."""
        return self._by_author[fold(name)]

    def by_surname(self, surname: str, year: str) -> frozenset[str]:
        """The papers of a year that have an author of that surname."""
        return self._by_surname[fold(surname), year]

    def is_common(self, name: str) -> bool:
        """Whether a name is also a word that papers use."""
        return self.written[name.lower()] > max(1, len(self.papers) // _COMMON_FOR)

    @cached_property
    def written(self) -> Counter[str]:
        """How many papers hold each word, as it is written."""
        found: Counter[str] = Counter()
        for paper in self.papers:
            found.update(set(WORD.findall(f"{paper.title} {paper.abstract}")))
        return found

    @cached_property
    def held(self) -> Counter[str]:
        """The same in small letters, counting a paper once for each way of writing."""
        found: Counter[str] = Counter()
        for word, papers in self.written.items():
            found[word.lower()] += papers
        return found

    @cached_property
    def _titled(self) -> Mapping[str, frozenset[str]]:
        return _gathered((fold(paper.title), paper.id) for paper in self.papers)

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        return _gathered(
            (name.lower(), paper.id) for paper in self.papers if (name := name_of(paper))
        )

    @cached_property
    def _by_author(self) -> Mapping[str, frozenset[str]]:
        return _gathered(
            (fold(author), paper.id) for paper in self.papers for author in paper.authors
        )

    @cached_property
    def _by_surname(self) -> Mapping[tuple[str, str], frozenset[str]]:
        return _gathered(
            ((fold(surname), paper.date[:4]), paper.id)
            for paper in self.papers
            for author in paper.authors
            if (surname := surname_of(author))
        )


def _gathered(pairs: Iterator[tuple[Key, str]]) -> Mapping[Key, frozenset[str]]:
    found: defaultdict[Key, set[str]] = defaultdict(set)
    for key, id in pairs:
        found[key].add(id)
    return {key: frozenset(ids) for key, ids in found.items()}


def fold(text: str) -> str:
    """The words of a text without case and accents."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(WORD.findall(bare.lower()))


def name_of(paper: Paper) -> str:
    """What a paper is named by, one word before a colon; empty where it has no name."""
    head = _HEAD.match(paper.title)
    name = head[1] if head else ""
    return name if len(name) > 1 and any(map(str.isalpha, name)) else ""


def is_content(word: str) -> bool:
    """Whether a word in small letters says what a text is about."""
    letters = len(word) > 1 and any(map(str.isalpha, word))
    return letters and word not in _FUNCTION and bool(stems(word))


def surname_of(author: str) -> str:
    """As a citation gives it; empty for groups and names of one word."""
    parts = name_parts(author)
    return f"{parts.particle} {parts.family}".strip()
