"""Questions as people type them, drawn from papers with a seed, each with its right answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from api.exports.author_names import name_parts
from indexer.papers.paper import Paper
from search.answer.sentences import sentences
from tests.bench.corpus import WORD, Corpus, is_content, name_of, surname_of

_FORMULA = re.compile(r"[$\\{}^]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the ids of the papers of which any answers it; none where none does."""

    text: str
    right: frozenset[str] = frozenset()


Draw = Callable[[Corpus, Random], Iterator[Asked]]


def content_words(text: str) -> list[str]:
    """The words of a text that say what it is about, each once, in small letters."""
    return list(dict.fromkeys(filter(is_content, WORD.findall(text.lower()))))


def nicknames(corpus: Corpus, chance: Random, least: int = 2) -> Iterator[Asked]:
    """The names of papers, each once, that aren't words as well."""
    seen: set[str] = set()
    for paper in corpus.shuffled(chance):
        name = name_of(paper)
        if len(name) >= least and name.lower() not in seen and not corpus.is_common(name):
            seen.add(name.lower())
            yield Asked(name, corpus.of_name(name))


def title_words(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """Three words of a title that somebody remembers, in their order, but not the paper's name."""
    for paper in corpus.shuffled(chance):
        rest = paper.title.partition(":")[2] if name_of(paper) else paper.title
        if words := remembered(rest, 3, chance):
            yield Asked(words, corpus.same_title(paper))


def sentence_words(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """Six words of one sentence of an abstract."""
    for paper in corpus.shuffled(chance):
        drawn = [remembered(each, 6, chance) for each in sentences(paper.abstract)]
        if some := list(filter(None, drawn)):
            yield Asked(chance.choice(some), corpus.same_title(paper))


def remembered(text: str, count: int, chance: Random) -> str:
    """Some words of a text in their order; empty where it has too few, or formulas."""
    words = [] if _FORMULA.search(text) else content_words(text)
    if len(words) < count:
        return ""
    return " ".join(words[place] for place in sorted(chance.sample(range(len(words)), count)))


def titles(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """Whole titles."""
    for paper in corpus.shuffled(chance):
        if len(paper.title.split()) > 2:
            yield Asked(paper.title, corpus.same_title(paper))


def surnames(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """As papers cite each other: ``Vaswani et al. 2017``; any paper of the name and year is right.

    Each author once.
    """
    seen: set[str] = set()
    forms = ("{} et al. {}", "{} et al., {}", "{} et al. ({})", "{} {}")
    for paper in corpus.shuffled(chance):
        surname, year = surname_of(paper.authors[0]) if paper.authors else "", paper.date[:4]
        if surname and year and surname not in seen:
            seen.add(surname)
            form = chance.choice(forms) if len(paper.authors) > 2 else forms[-1]
            yield Asked(form.format(surname, year), corpus.by_surname(surname, year))


def authors(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """Whole names, each once."""
    seen: set[str] = set()
    for paper in corpus.shuffled(chance):
        named = [author for author in paper.authors if surname_of(author)]
        name = chance.choice(named) if named else ""
        if name and name not in seen:
            seen.add(name)
            yield Asked(name, corpus.by_author(name))


def references(corpus: Corpus, chance: Random) -> Iterator[Asked]:
    """As they stand at the end of a paper, in two common styles."""
    for paper in corpus.shuffled(chance):
        if paper.authors and paper.date:
            style = chance.choice((_by_names, _by_initials))
            yield Asked(style(paper), corpus.same_title(paper))


def _by_names(paper: Paper) -> str:
    others = " et al" if len(paper.authors) > 3 else ""
    where = f"In {paper.venue}" if paper.venue else "arXiv preprint"
    return f"{', '.join(paper.authors[:3])}{others}. {paper.date[:4]}. {paper.title}. {where}."


def _by_initials(paper: Paper) -> str:
    people = [name_parts(author) for author in paper.authors[:3]]
    some = [
        who.literal or f"{who.particle} {who.family}, {who.given[:1]}.".strip() for who in people
    ]
    others = ", et al." if len(paper.authors) > 3 else ""
    return f"{', '.join(some)}{others} ({paper.date[:4]}). {paper.title}. {paper.venue or 'arXiv'}."


def common_terms(corpus: Corpus, count: int) -> list[Asked]:
    """What the field speaks of most: pairs of words in titles, a quarter abbreviations."""
    pairs: Counter[str] = Counter()
    short: Counter[str] = Counter()
    for paper in corpus.papers:
        pairs.update(set(_pairs(paper.title)))
        short.update({word for word in WORD.findall(paper.title) if is_abbreviation(word)})
    abbreviations = [word for word, papers in short.most_common(count // 4) if papers > 1]
    others = [pair for pair, papers in pairs.most_common(count - len(abbreviations)) if papers > 1]
    return [Asked(term) for term in (*others, *abbreviations)]


def _pairs(title: str) -> Iterator[str]:
    for part in re.split(r"[:;,.?!()\"“”–—]+", title):
        words = WORD.findall(part.lower())
        for first, second in pairwise(words):
            if is_content(first) and is_content(second):
                yield f"{first} {second}"


def is_abbreviation(word: str) -> bool:
    """Whether it is short and has two capitals: ``RLHF``, ``LoRA``, ``LLMs``."""
    return word.isalnum() and len(word) <= 7 and sum(map(str.isupper, word)) > 1
