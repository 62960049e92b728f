"""Words that no paper holds, replaced by what the papers write nearly so.

Never a word that the index holds, in a text or as an author's; never a common English word, though
no paper holds it; never inside quotes; no digit, and no abbreviation beside other words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from indexer.glossary.abbreviations import LONGEST
from indexer.models.vocabulary import common_words
from indexer.papers.folding import fold, words
from indexer.snapshot import Snapshot
from indexer.where import ALL, Has, Or, Phrase
from search.query.parser import Query
from search.ranking.known_items import names_among

LEAST = 4
"""Letters, below which too many words are alike; a word alone may have one less, for a name."""
LONG = 9
"""Letters from which on a word may have two errors."""
MOST = 2
"""Unknown words of a question that are mended, if all of them can be. A question with more of them
is in another language or on another field: with any number, 43 % of MED's questions over papers on
machine learning would be changed, and with this one 3 %."""
_FEW = 100
"""Papers, up to which a word may be a name of one."""
_SHOWN = 3
"""Papers that are looked at for how a word is written."""

_WORD = re.compile(r"[^\W_]+")
_HYPHENATED = re.compile(r"[^\W_]+(?:[-\u2010-\u2013][^\W_]+)+")
_QUOTED = re.compile(r'["“”„‟″«»＂][^"“”„‟″«»＂]*["“”„‟″«»＂]')
_ADDRESS = re.compile(r"\S*(?:://|@|\\|\d/)\S*")
_DIGITS = re.compile(r"\d+")


def respelt(snapshot: Snapshot, query: Query) -> tuple[Query, dict[str, str]]:
    """A question in words that papers write, and what was put in the place of what."""
    if name := _near_name(snapshot, query):
        typed = query.text.strip()
        asked = query.asked.replace(typed, name, 1)
        return replace(query, text=name, asked=asked), {typed: name}
    alone = len(query.text.split()) == 1
    better: dict[str, str] = {}
    unknown = _unknown(snapshot, query, LEAST - alone)
    for typed in unknown if len(unknown) <= MOST else ():
        word = fold(typed)
        near = nearest_word(snapshot, word, alone=alone) if word not in common_words() else None
        if near is None:
            return query, {}
        better[typed] = as_written(snapshot, near, typed)
    if not better:
        return query, {}
    text, asked = (_replaced(each, better) for each in (query.text, query.asked))
    return replace(query, text=text, asked=asked), better


def _near_name(snapshot: Snapshot, query: Query) -> str:
    """The name of a paper that a hyphenated word alone nearly is; empty if none is.

    Its parts may well be held: of ``MAmmoTH-LV`` both are.
    """
    typed = query.text.strip()
    word = "".join(words(typed))
    if not _HYPHENATED.fullmatch(typed) or len(word) < LEAST or not snapshot.glossary:
        return ""
    if protected(query).intersection(words(typed)) or snapshot.glossary.frequency(word):
        return ""
    if snapshot.count(Or((Phrase(("title", "abstract"), typed), Has("author", typed)))):
        return ""
    near = nearest_word(snapshot, word, alone=True)
    return names_among(snapshot, [near]).get(near, "") if near else ""


def nearest_word(snapshot: Snapshot, word: str, *, alone: bool = False) -> str | None:
    """What papers write nearly so.

    The nearest word, and of equally near ones what is likelier mistyped so, then the commonest. As
    many go wrong in each way, but a word in which a letter is missing, or two have changed places,
    could be few others: Kernighan, Church & Gale, "A Spelling Correction Program Based on a Noisy
    Channel Model", COLING 1990. Of 1,000 words of titles with an error 0.986 are mended rightly, by
    distance and commonness alone 0.974; of 1,461 names 0.932, with names first 0.972.

    Args:
        snapshot: Whose papers write it.
        word: Folded; no paper holds it.
        alone: Nothing else was asked for, so that it is likely the name of a paper.
    """
    near = snapshot.glossary.alike(word, 2 if len(word) >= LONG else 1)
    digits = _DIGITS.findall(word)

    def likely(other: str) -> tuple[int, bool]:
        is_swapped = len(other) == len(word) and sorted(other) == sorted(word)
        return near[other][0], not (len(other) > len(word) or is_swapped)

    fit = [
        other
        for other in near
        if len(other) >= LEAST - 1
        and _DIGITS.findall(other) == digits
        and not (len(word) == len(other) + 2 and word.endswith(other))  # "unnecessarily"
    ]
    if not fit:
        return None
    best = min(map(likely, fit))
    fit = [other for other in fit if likely(other) == best]
    if alone:
        rare = [other for other in fit if near[other][1] <= _FEW]
        names = names_among(snapshot, rare) if rare else {}
        fit = sorted(names) or (fit if len(word) >= LEAST else [])
    return min(fit, key=lambda other: (-near[other][1], other), default=None)


def as_written(snapshot: Snapshot, word: str, typed: str) -> str:
    """A folded word as its papers mostly print it, if that is more than a capital in front."""
    papers = snapshot.papers(snapshot.bm25(word, _SHOWN, ALL)[0])
    text = " ".join(f"{paper.title} {paper.abstract}" for paper in papers)
    printed = Counter(each for each in _WORD.findall(text) if fold(each) == word)
    best = max(printed, key=printed.__getitem__, default=word)
    if best[1:] != best[1:].lower():
        return best
    return word.capitalize() if typed[:1].isupper() else word


def _unknown(snapshot: Snapshot, query: Query, least: int) -> list[str]:
    """The words of a question that no paper holds, as typed, of at least so many letters."""
    if not snapshot.glossary:
        return []
    kept = protected(query)
    text = _ADDRESS.sub(" ", query.text)
    typed = dict.fromkeys(_WORD.findall(text))
    rare = [
        word
        for word in typed
        if sum(letter.isalpha() for letter in fold(word)) >= least
        and not word[0].isdecimal()  # "2020s", "10th"
        and fold(word) not in kept
        and (len(text.split()) == 1 or text.isupper() or not _is_abbreviation(word))
        and not snapshot.glossary.frequency(fold(word))
    ]
    return _not_held(snapshot, rare)


def _is_abbreviation(word: str) -> bool:
    return word.isupper() and len(word) <= LONGEST


def protected(query: Query) -> frozenset[str]:
    """Folded words that were asked for as they are: in quotes, or behind a prefix."""
    parts: Sequence[str] = (*query.phrases, *query.titles, *query.abstracts, *query.excluded)
    quoted = _QUOTED.findall(query.asked)
    return frozenset(word for part in (*parts, *quoted) for word in words(part))


def _not_held(snapshot: Snapshot, typed: Sequence[str]) -> list[str]:
    """Those that neither a text nor an author's name holds."""
    stems = {word: snapshot.stems(word) for word in typed}
    every = list(dict.fromkeys(stem for each in stems.values() for stem in each))
    held = dict(zip(every, snapshot.document_frequencies(every), strict=True))
    return [
        word
        for word in typed
        if stems[word]
        and not any(held[stem] for stem in stems[word])
        and not snapshot.count(Has("author", word))
    ]


def _replaced(text: str, better: Mapping[str, str]) -> str:
    """A text with other words in the place of some, but for those in quotes."""
    parts = re.split(f"({_QUOTED.pattern})", text)
    for place in range(0, len(parts), 2):
        parts[place] = _WORD.sub(lambda found: better.get(found[0], found[0]), parts[place])
    return "".join(parts)
