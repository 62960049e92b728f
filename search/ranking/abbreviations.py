"""What the abbreviations of a question stand for, and by what its long forms are abbreviated.

The papers themselves say so: "Long form (SHORT)". What was read stands beside what was typed in the
text that is embedded, and at half its weight among the words that are looked up.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from indexer.glossary.abbreviations import LONGEST, Pair, long_key, short_key
from indexer.papers.folding import words
from indexer.snapshot import Snapshot
from search.query.language_hint import FOREIGN

TOLD = 2
"""Papers that must say what an abbreviation stands for: one may have made it up for itself."""
COMMON = 0.02
"""Share of the papers that write a short form, from which on the model knows it well."""
FEW = 20
"""Papers that are never so many, in a small index."""
USED = 0.1
"""Of the papers that write a word in small letters, the least share that says that it is short for
something; fewer means that it is a word like others, such as "map"."""
APART = 0.25
"""Of the papers that tell of the commonest meaning: another that so many tell of is named, too."""
LEAST = 3
"""Letters of a short form that is read into a question; shorter ones stand for too much."""
CERTAIN = 0.5
"""Of the papers that spell a short form out, those that mean a long form by it, for it to be read
into a question."""
_LONGEST = 8
"""Words of a long form that is looked for in a question."""
_MOST = 40
"""Words of a question; in longer ones nothing is read."""
_ALIKE = 85.0
"""Of 100: long forms that are one, such as "chain of thought" and "chains of thought"."""
_TOKEN = re.compile(r"[^\W_][^\s,;:!?()\[\]\"“”]*(?<![.'’])")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one form in a question was read as.

    Attributes:
        typed: The form.
        forms: The others, the commonest first.
    """

    typed: str
    forms: tuple[str, ...]


def long_forms_of(snapshot: Snapshot, text: str, kept: frozenset[str]) -> list[Reading]:
    """The short forms of a text that papers spell out; none of ``kept``, which stay as they are."""
    typed = {token: short_key(token) for token in _TOKEN.findall(text)[:_MOST]}
    asked = {
        token: key
        for token, key in typed.items()
        if 2 <= len(key) <= LONGEST
        and not kept.intersection(words(token))
        and (_is_capital(token) or key not in FOREIGN)  # "El Niño", "a la carte"
    }
    told = snapshot.glossary.long_forms(list(dict.fromkeys(asked.values())))
    whole = long_key(text)
    return [
        Reading(token, forms)
        for token, key in asked.items()
        if (forms := _meanings(snapshot, token, key, told)) and long_key(forms[0]) not in whole
    ]


def _meanings(snapshot: Snapshot, token: str, key: str, told: Counter[Pair]) -> tuple[str, ...]:
    """What a short form stands for, the commonest first; empty where that isn't certain."""
    forms = _grouped({long: count for (short, long), count in told.items() if short == key})
    if not forms or next(iter(forms.values())) < TOLD:
        return ()
    held = snapshot.glossary.frequency(key)
    if held >= max(COMMON * snapshot.about.papers, FEW):
        return ()
    plain = token.replace("-", "").isalnum()
    if not _is_capital(token) and not (plain and sum(forms.values()) >= USED * held):
        return ()
    most = next(iter(forms.values()))
    return tuple(long for long, count in forms.items() if count >= max(TOLD, APART * most))


def _is_capital(token: str) -> bool:
    """Whether it is written like an abbreviation."""
    return sum(letter.isupper() for letter in token) > 1


def _grouped(forms: dict[str, int]) -> dict[str, int]:
    """Long forms by falling count, each with those that are written nearly so."""
    groups: dict[str, int] = {}
    for long, count in sorted(forms.items(), key=lambda each: (-each[1], each[0])):
        same = next((other for other in groups if fuzz.ratio(long, other) >= _ALIKE), long)
        groups[same] = groups.get(same, 0) + count
    return dict(sorted(groups.items(), key=lambda each: (-each[1], each[0])))


def short_forms_of(snapshot: Snapshot, text: str, kept: frozenset[str]) -> list[Reading]:
    """The short form of the long one that a text is, but for stop words; none of one in quotes.

    In others, most long forms are mentioned by the way: over the ACL Anthology 108 of 187 questions
    in whole sentences would get one, from "social media" to "word embedding".
    """
    typed = words(text)
    stems = set(snapshot.stems(text))
    held = [set(snapshot.stems(word)) for word in typed[: _MOST + 1]]
    found = {
        long_key(" ".join(typed[run])): tuple(typed[run])
        for run in (_runs(len(typed)) if len(typed) <= _MOST else ())
        if stems <= set().union(*held[run])
    }
    told = snapshot.glossary.short_forms(list(found))
    shorts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (short, long), count in told.items():
        shorts[long_key(long)][short] += count
    for key, run in sorted(found.items(), key=lambda each: -len(each[1])):
        short, count = shorts[key].most_common(1)[0] if key in shorts else ("", 0)
        if count >= TOLD and len(short) >= LEAST and not kept.intersection(run):
            if _means(snapshot, short, count) and short not in "".join(typed):
                return [Reading(" ".join(run), (short,))]
            return []
    return []


def _means(snapshot: Snapshot, short: str, count: int) -> bool:
    """Whether a short form that so many papers spell out in one way is mostly spelt out so."""
    is_rare = snapshot.glossary.frequency(short) < max(COMMON * snapshot.about.papers, FEW)
    return is_rare and count >= CERTAIN * sum(snapshot.glossary.long_forms([short]).values())


def _runs(count: int) -> Iterator[slice]:
    """Where two to eight words follow each other."""
    for first in range(count):
        for last in range(first + 2, min(first + _LONGEST, count) + 1):
            yield slice(first, last)


def spelt_out(text: str, long: Sequence[Reading], short: Sequence[Reading]) -> str:
    """A text with the commonest long form behind each short one, and short forms at its end."""
    for reading in long:
        text = replaced(text, reading.typed, f"{reading.typed} {reading.forms[0]}")
    return " ".join([text, *(reading.forms[0] for reading in short)])


def replaced(text: str, typed: str, other: str) -> str:
    """A text with other words in the place of a word, where it stands first."""
    return re.sub(rf"(?<!\w){re.escape(typed)}(?!\w)", lambda _: other, text, count=1)


def half_weight(
    snapshot: Snapshot, text: str, long: Sequence[Reading], short: Sequence[Reading]
) -> str:
    """A text with the other forms, whose words weigh half as much as those of the text.

    Only where nothing else is asked for: beside other words, those of a form that nobody typed
    lead away. For 60 pairs over 9,877 papers on machine learning, on topic among the first 20 of
    the short form, of the long form; found of the papers that say the other form alone: 0.75 0.56,
    0.05 0.06 as typed; 0.79 0.59, 0.11 0.08 embedded only; 0.77 0.70, 0.21 0.18 with half the
    weight; 0.75 0.74, 0.23 0.29 with all of it.
    """
    read = [*long, *short]
    known = {stem for reading in read for stem in snapshot.stems(reading.typed)}
    if not read or set(snapshot.stems(text)) - known:
        return text
    # A word that stands four times in a text counts twice.
    return " ".join([text] * 4 + [reading.forms[0] for reading in read])
