"""From the text of a question to what is understood; anything that isn't is plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from indexer.errors import UsageError
from indexer.papers.dates import date_key, period_end
from indexer.papers.ids import normalise_id
from indexer.where import ALL, Not, Phrase, TextField, Where, both
from search.query.citations import citation
from search.query.corpus import Cited, Corpus
from search.query.filters import Filters
from search.query.hearing import hear
from search.query.lexer import Clause, Kind, connected, read_clauses
from search.query.request_phrases import key_of
from search.query.vocabulary import ID_WORDS

Stems = Callable[[str], list[str]]
"""Gives the words of a text as they are looked up."""
_BOTH: tuple[TextField, ...] = ("title", "abstract")
_TITLE: tuple[TextField, ...] = ("title",)
_ABSTRACT: tuple[TextField, ...] = ("abstract",)

PROSE = 12
"""Unmarked words from which on a question is prose. There quotes are a way of speaking, and a
minus is a dash; nobody who types that much means to search for an exact phrase only."""
_STAMP = re.compile(r"(arXiv:\S+) \[[\w.-]+\](?: \d{1,2} [a-z]{3} \d{4})?", re.IGNORECASE)
"""What stands at the edge of a PDF of arXiv."""
_YEAR_BEHIND = re.compile(r"[(]?(?:19|20)\d\d[).,]*", re.ASCII)
_AROUND = 8
"""Words of a question that is an id with a few words around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, taken apart.

    Attributes:
        asked: As typed, with its white space folded.
        text: Plain words to be searched for by meaning and by words: the question without the
            request phrases, the exclusions and the filters. Empty where nothing else was asked.
        phrases: Quoted; title or abstract must hold each. None in prose.
        excluded: Words and phrases behind a minus; no paper may hold any. None in prose.
        titles: Words and phrases that must stand in the title.
        abstracts: Words and phrases that must stand in the abstract.
        filters: All of them must hold. Two authors or categories side by side are two filters,
            since within one of them any value will do; with ``OR`` between they are one.
        id: The paper that the whole question names, by arXiv id, DOI or address; normalised.
        taken_off: The request phrases, as typed.
        cited: What the whole question cites by surname and year; those papers come first.
        heard: The words that were read as filters or as a citation, as typed.
        recent: A wish for new papers without a time, among what was taken off.
    """

    asked: str
    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    abstracts: tuple[str, ...] = ()
    filters: tuple[Filters, ...] = ()
    id: str = ""
    taken_off: str = ""
    cited: Cited | None = None
    heard: str = ""
    recent: str = ""

    def understood(self) -> dict[str, object]:
        """What is set, by name, as plain JSON."""
        named = {
            "id": self.id,
            "text": self.text,
            "phrases": list(self.phrases),
            "excluded": list(self.excluded),
            "title": list(self.titles),
            "abstract": list(self.abstracts),
            "filters": [filters.as_dict() for filters in self.filters],
            "taken_off": self.taken_off,
            "cited": self.cited.as_dict() if self.cited else {},
            "heard": self.heard,
        }
        return {name: value for name, value in named.items() if value}

    def where(self, stems: Stems) -> Where:
        """Papers that pass the filters, hold what must be held and nothing that mustn't."""
        where: Where = ALL
        for filters in self.filters:
            where = both(where, filters.where())
        # A phrase of stop words alone can't be looked up, and so asks for nothing.
        for fields, phrases in (
            (_BOTH, self.phrases),
            (_TITLE, self.titles),
            (_ABSTRACT, self.abstracts),
        ):
            for phrase in filter(stems, phrases):
                where = both(where, Phrase(fields, phrase))
        for phrase in self.excluded:
            where = both(where, Not(Phrase(_BOTH, phrase)))
        return where

    def too_common(self, stems: Stems) -> tuple[str, ...]:
        """A warning that names what was asked for but consists of stop words alone."""
        asked = (*self.phrases, *self.titles, *self.abstracts, *self.excluded)
        common = [phrase for phrase in asked if not stems(phrase)]
        return (f"too common to be looked up: {', '.join(common)}",) if common else ()


def parse(question: str, corpus: Corpus | None = None) -> Query:
    """What a question says. Never fails, whatever the text.

    Args:
        question: As typed.
        corpus: What is known of the index. With it authors and times in plain words become
            filters, and a citation names its papers; without it words stay words.
    """
    asked = " ".join(question.split())
    if name := _named(asked):
        return Query(asked=asked, text=asked, id=name)
    clauses, filters = _filtered(list(connected(read_clauses(asked))))
    is_prose = sum(clause.kind == "word" for clause in clauses) > PROSE
    if is_prose:
        clauses = [clause.as_word() if clause.kind == "minus" else clause for clause in clauses]
    spoken = [clause for clause in clauses if clause.text]
    tokens = [None if clause.marked else clause.text for clause in spoken]
    cited = citation(asked, corpus) if corpus and None not in tokens else None
    heard = hear(tokens, None if cited else corpus, is_prose=is_prose, needs_topic=not filters)
    gone, typed = heard.places | heard.off, [clause.text for clause in spoken]
    return Query(
        asked=asked,
        text=" ".join(word for place, word in enumerate(typed) if place not in gone),
        phrases=() if is_prose else _values(clauses, "phrase"),
        excluded=_values(clauses, "minus"),
        titles=_values(clauses, "ti"),
        abstracts=_values(clauses, "abs"),
        filters=_set((*filters, *heard.filters)),
        taken_off=_typed(typed, heard.off),
        cited=cited,
        heard=asked if cited else _typed(typed, heard.places),
        recent=heard.recent,
    )


def _values(clauses: Sequence[Clause], kind: Kind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clause.value for clause in clauses if clause.kind == kind))


def _typed(words: Sequence[str], places: frozenset[int]) -> str:
    """The words at some places, with an ellipsis where others are left out."""
    runs = groupby(range(len(words)), key=places.__contains__)
    taken = (" ".join(words[place] for place in run) for is_in, run in runs if is_in)
    return " … ".join(taken)


def _filtered(chains: Sequence[list[Clause]]) -> tuple[list[Clause], tuple[Filters, ...]]:
    """All clauses, those of them that can't be filters as plain words, and the filters."""
    clauses: list[Clause] = []
    period, lists = Filters(), list[Filters]()
    for chain in chains:
        kind, values = chain[0].kind, tuple(clause.value for clause in chain)
        if kind == "au":
            lists.append(Filters(authors=values))
        elif kind == "cat":
            lists.append(Filters(categories=values))
        elif kind == "venue":
            lists.append(Filters(venues=values))
        elif kind == "year" and (narrower := _narrowed(period, values[0])):
            period = narrower
        else:
            clauses.append(chain[0].as_word() if kind == "year" else chain[0])
    return clauses, _set((period, *lists))


def _set(filters: Iterable[Filters]) -> tuple[Filters, ...]:
    """Those that ask for something, once each."""
    return tuple(dict.fromkeys(each for each in filters if each != Filters()))


def _narrowed(filters: Filters, period: str) -> Filters | None:
    """Within a further period, unless it is no period or there is nothing in between."""
    first, last = period.split("..")
    try:
        Filters(after=first, before=last)
        lasts = sorted(filter(None, (last, filters.before)), key=_end)
        return Filters(after=max(first, filters.after), before=lasts[0] if lasts else "")
    except UsageError:
        return None


def _end(date: str) -> int:
    return period_end(date_key(date))


def _named(asked: str) -> str:
    """The id of the paper that a whole question names, or nothing."""
    return _id_in(asked) or _id_in(_without_id_words(asked))


def _without_id_words(asked: str) -> str:
    """The one word of a question that isn't "arxiv", "paper" and their like; empty for several."""
    if stamp := _STAMP.fullmatch(asked):
        return stamp[1]
    rest = [word for word in islice(asked.split(), _AROUND) if key_of(word) not in ID_WORDS]
    if len(rest) == 2 and _YEAR_BEHIND.fullmatch(rest[1]):
        rest.pop()
    return rest[0] if len(rest) == 1 and asked.count(" ") < _AROUND else ""


def _id_in(asked: str) -> str:
    """The id that a text is, in any notation, or nothing."""
    text = asked.strip("<>\"'`").rstrip(".,;?!")
    if text[:1] + text[-1:] in ("[]", "()"):
        text = text[1:-1]
    if not text:
        return ""
    # What is no id with its address is none without.
    written = [text, f"https://arxiv.org/abs/{text}", f"https://doi.org/{text}"]
    if "/" not in text:
        written.append(f"https://aclanthology.org/{text}")
    return next(filter(None, map(_known_id, written)), "")


def _known_id(text: str) -> str:
    """The id in one of the forms that are known by their looks; empty for any other text."""
    try:
        name, _ = normalise_id(text)
    except ValueError:
        return ""
    # Any other text comes back as it is.
    return name if name != " ".join(unicodedata.normalize("NFC", text).split()) else ""
