"""Names of people as they are typed: initials, and the letters that keyboards lack.

What is stored is folded: Müller is ``muller`` there. Who types ``mueller`` means both, so a name
is looked up in each of its spellings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import islice, product

from indexer.papers.folding import fold, words

MOST_SPELLINGS = 8
"""Of one name."""
LEAST_LETTERS = 5
"""Of a word in which two letters can stand for one: "Suen" isn't Sun."""
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_PAIR = re.compile(r"([aou])e(?:(\1)e)?")
"""One umlaut or, as in Finnish, two."""
_NAMES_IN_EL = re.compile(r"ls?$|l[aeiouy]")
"""How Michael, Samuel and Rafaela go on."""
_REMEMBERED = 1_024
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])


def spellings(name: str) -> tuple[str, ...]:
    """A name as typed, then with ``ae`` as one letter and ``ä`` as two, and their like."""
    each = [_spelt(word) for word in name.split()]
    joined = islice(product(*each), MOST_SPELLINGS)
    return tuple(dict.fromkeys([name, *(" ".join(some) for some in joined if some)]))


def _spelt(word: str) -> list[str]:
    lower = unicodedata.normalize("NFC", word).lower()
    written_out = lower.translate(_WRITTEN_OUT)
    if written_out != lower:
        return [word, written_out]
    folded = fold(word)
    if len(folded) < LEAST_LETTERS:
        return [word]
    return list(dict.fromkeys([word, _PAIR.sub(_in_one, folded)]))


def _in_one(pair: re.Match[str]) -> str:
    """The letter that a pair stands for, or the pair where it is one by chance."""
    before, after = pair.string[: pair.start()], pair.string[pair.end() :]
    is_jue = before == "j" and not re.match(r"[^aeiou]{2}", after)  # Juefei, but not Juergen
    by_chance = (
        before.endswith(tuple("aeiou"))  # Bauer
        or (bool(before) and _NAMES_IN_EL.match(after) is not None)
        or (pair[1] == "u" and (is_jue or before.endswith(("x", "y", "q"))))  # Xuefeng
    )
    return pair[0] if by_chance else pair[1] + (pair[2] or "")


def is_initials(token: str) -> bool:
    """Whether a token stands for given names: ``G``, ``G.E.``, ``GE``."""
    bare = token.strip(",;")
    letters = re.sub(r"[.\-]", "", bare)
    if not letters.isalpha():
        return False
    return len(letters) == 1 or (len(letters) <= 3 and letters.isupper())


def spaced(name: str) -> str:
    """A name with its initials apart: ``Hinton GE`` is ``Hinton G E``."""
    parts = (
        " ".join(re.sub(r"[.\-,]", "", part)) if is_initials(part) else part
        for part in name.split()
    )
    return " ".join(parts)


def surname_place(name: str, asked: str) -> bool:
    """Whether the whole words of an asked name are a printed name's surname, or all of it.

    Args:
        name: As a paper prints it.
        asked: A surname, with or without initials or given names around it.
    """
    folded = fold(name)
    return any(whole[-1] in folded and _is_surname(folded, whole) for whole in _whole_words(asked))


@lru_cache(_REMEMBERED)
def _whole_words(asked: str) -> tuple[tuple[str, ...], ...]:
    """The words of each spelling of a name that are more than an initial."""
    each = (tuple(word for word in words(one) if len(word) > 1) for one in spellings(asked))
    return tuple(filter(None, each))


def _is_surname(folded: str, whole: tuple[str, ...]) -> bool:
    last, comma, _ = folded.partition(",")
    printed = [word for word in words(folded) if word not in _SUFFIXES and not word.isdecimal()]
    surname = words(last) if comma else printed
    longer = {word for word in printed if len(word) > 1}
    return tuple(surname[-len(whole) :]) == whole or set(whole) == longer
