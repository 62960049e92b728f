"""Abbreviations and what they stand for, as the papers tell, asked for in either form.

Told apart by first letters alone, which is stricter and simpler than what a search engine would do.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from tests.bench.corpus import Corpus, is_content
from tests.bench.drawing import Asked

LEAST_TOLD = 2
"""Papers that have to tell what an abbreviation stands for."""
LEAST_OTHERS = 2
"""Papers that use one form only, on either side."""
SHARE = 0.9
"""Of those that tell, how many have to agree."""

_SHORT = re.compile(r"\(([A-Z][A-Za-z]*[A-Z])s?\)")
_WORD = re.compile(r"[A-Za-z]+")
_PLURAL = re.compile(r"(?<=[^s])s$")
_BEFORE = 100
"""Characters before an abbreviation in which its long form is looked for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two forms of a name.

    Attributes:
        short: As written.
        long: In small letters, in the singular.
        of_short: Papers that hold the short form, with the long one or without.
        of_long: Likewise.
    """

    short: str
    long: str
    of_short: frozenset[str]
    of_long: frozenset[str]


def pairs(corpus: Corpus, chance: Random) -> list[Pair]:
    """Abbreviations of one meaning of which each form has papers of its own, in random order."""
    found = _pairs(corpus)
    return chance.sample(found, len(found))


@lru_cache(1)
def _pairs(corpus: Corpus) -> list[Pair]:
    told = long_forms(corpus)
    texts = {paper.id: f"{paper.title} {paper.abstract}" for paper in corpus.papers}
    plain = {id: _plain(text) for id, text in texts.items()}
    of_word = _papers_by_word(texts, {*told, *(f"{short}s" for short in told)})
    of_part = _papers_by_word(plain, {part for long in told.values() for part in _parts(long)})
    found = []
    for short, long in sorted(told.items()):
        of_short = frozenset(of_word[short] | of_word[f"{short}s"])
        # The last word may be a plural here.
        some = set.intersection(*(of_part[part] for part in _parts(long)), set(texts))
        of_long = frozenset(id for id in some if _plain(long) in plain[id])
        if min(len(of_short - of_long), len(of_long - of_short)) >= LEAST_OTHERS:
            found.append(Pair(short, long, of_short, of_long))
    return found


def _papers_by_word(texts: Mapping[str, str], wanted: Set[str]) -> Mapping[str, set[str]]:
    papers: defaultdict[str, set[str]] = defaultdict(set)
    for id, text in texts.items():
        for word in wanted & set(_WORD.findall(text)):
            papers[word].add(id)
    return papers


def _parts(long: str) -> list[str]:
    return _WORD.findall(_plain(long))[:-1]


def _plain(text: str) -> str:
    """Its words in small letters, hyphenated ones in parts."""
    return " ".join(text.lower().replace("-", " ").split())


def long_forms(corpus: Corpus) -> Mapping[str, str]:
    """What each abbreviation stands for, where enough papers tell and nearly all agree."""
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for paper in corpus.papers:
        text = paper.abstract
        for match in _SHORT.finditer(text):
            if long := long_form(text[max(0, match.start() - _BEFORE) : match.start()], match[1]):
                told[match[1]][long] += 1
    most = {short: longs.most_common(1)[0] for short, longs in told.items()}
    return {
        short: long
        for short, (long, papers) in most.items()
        if papers >= max(LEAST_TOLD, SHARE * told[short].total())
    }


def long_form(before: str, short: str) -> str:
    """The last words of a text that begin with an abbreviation's letters, in the singular.

    ``from`` and its like may be passed over, as in RLHF, or not, as in MoE. Empty where no words
    begin so.
    """
    words = list(_WORD.finditer(before))
    for some in (words, [word for word in words if is_content(word[0].lower())]):
        last = some[-len(short) :]
        if "".join(word[0][0] for word in last).lower() == short.lower():
            return _PLURAL.sub("", before[last[0].start() :].strip().lower())
    return ""


def asked_short(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """The short form; papers of either form are right."""
    return (Asked(pair.short, pair.of_short | pair.of_long) for pair in pairs(corpus, chance))


def asked_long(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """The long form; papers of either form are right."""
    return (Asked(pair.long, pair.of_short | pair.of_long) for pair in pairs(corpus, chance))


def short_for_long(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """The short form; only papers without it are right."""
    return (Asked(pair.short, pair.of_long - pair.of_short) for pair in pairs(corpus, chance))


def long_for_short(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """The long form; only papers without it are right."""
    return (Asked(pair.long, pair.of_short - pair.of_long) for pair in pairs(corpus, chance))
