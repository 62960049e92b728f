"""Abbreviations and what they stand for, as a paper itself says: "Long form (SHORT)".

Schwartz & Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text",
PSB 2003; where the words' initials spell the short form, these words are taken. Forms are compared
without case, hyphens and plurals, see :func:`short_key` and :func:`long_key`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.papers.folding import words

Pair = tuple[str, str]
"""A short form as it is compared, and the folded words of a long one."""

LONGEST = 10
"""Characters of a short form; what stands in longer parentheses is a remark."""
WORDS = range(2, 13)
"""Words of a long form."""

_PARENTHESES = re.compile(r"\(([^()]{2,120})\)")
_SHORT = re.compile(r"(?=[^\W_])(?=.*[A-Z].*)[^\s]+(?: [^\s]+)?")
_MARKUP = re.compile(r"\\[a-zA-Z]+\s*|[{}$]")
_SENTENCE = re.compile(r"[.;:!?]\s|[()\[\]\"“”]")
_PART = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_]\S*")
_SMALL = frozenset(
    ["a", "an", "and", "by", "for", "from", "in", "of", "on", "or", "the", "to", "via", "with"]
)
_PLURAL = re.compile(r"(.*[A-Z0-9])['’]?s")
_NO_PLURAL = re.compile(r".*(?:[suiao]s|ics)|.{1,3}")


def pairs(text: str) -> set[Pair]:
    """The abbreviations that a text tells of, with what they stand for; each once."""
    if "(" not in text:
        return set()
    return set(_told(_MARKUP.sub("", text)))


def short_key(short: str) -> str:
    """``3D-GS`` and ``3dgs`` are one short form; ``LLMs`` is ``LLM``."""
    plural = _PLURAL.fullmatch(short.strip())
    return "".join(words(plural[1] if plural else short))


def long_key(long: str) -> str:
    """Words as they are folded, without hyphens, the last one in the singular."""
    *first, last = words(long) or [""]
    return " ".join([*first, singular(last)])


def singular(word: str) -> str:
    """``networks`` becomes ``network``; a rule of thumb, the same for papers and questions."""
    if not word.endswith("s") or _NO_PLURAL.fullmatch(word):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def _told(text: str) -> Iterator[Pair]:
    for match in _PARENTHESES.finditer(text):
        inside, before = re.split("[;,]", match[1])[0].strip(), text[: match.start()]
        if _is_short(inside):
            pair = _pair(inside, long_form(inside, _words_before(before, inside)))
        else:  # "SHORT (long form)"
            short = before.rstrip().rpartition(" ")[2].strip("\"'“”‘’")
            whole = long_form(short, inside) if _is_short(short) else ""
            pair = _pair(short, whole) if whole == inside else None
        if pair:
            yield pair


def _is_short(text: str) -> bool:
    return len(text) in range(2, LONGEST + 1) and bool(_SHORT.fullmatch(text))


def _pair(short: str, long: str) -> Pair | None:
    """As they are compared; ``None`` where the long form is none."""
    key, whole = short_key(short), words(long)
    if not (len(key) > 1 and not key.isdecimal() and len(whole) in WORDS) or key in whole:
        return None
    if _PLURAL.fullmatch(short):
        whole[-1] = singular(whole[-1])
    return key, " ".join(whole)


def _words_before(text: str, short: str) -> str:
    """As many words as the long form may have, of the sentence in which the short form stands."""
    letters = len(short_key(short))
    near = text[-200:]
    *_, sentence = _SENTENCE.split(near)
    return " ".join(sentence.split()[-min(letters + 5, 2 * letters) :])


def long_form(short: str, text: str) -> str:
    """The end of a text that a short form stands for; empty if none does."""
    plural = _PLURAL.fullmatch(short)
    letters = [each for each in (plural[1] if plural else short).lower() if each.isalnum()]
    lowered = text.lower()
    if len(lowered) != len(text) or not letters:
        return ""
    ways = (
        _by_initials(letters, lowered, _TOKEN),
        _by_initials(letters, lowered, _PART),
        _by_letters(letters, lowered),
    )
    start = next((start for start in ways if start >= 0), -1)
    return text[_of_compound(lowered, start) :] if start >= 0 else ""


def _by_initials(letters: list[str], text: str, way: re.Pattern[str]) -> int:
    """Where the last words begin whose initials are the letters; small words may be passed over."""
    left = list(letters)
    for word in reversed(list(way.finditer(text))):
        if word[0][0] == left[-1]:
            left.pop()
        elif word[0] not in _SMALL:
            return -1
        if not left:
            return word.start()
    return -1


def _by_letters(letters: list[str], text: str) -> int:
    """Where the letters begin that are looked for from right to left; the first begins a word."""
    place = len(text)
    for number, letter in reversed(list(enumerate(letters))):
        place = text.rfind(letter, 0, place)
        while number == 0 and place > 0 and text[place - 1].isalnum():
            place = text.rfind(letter, 0, place)
        if place < 0:
            return -1
    return place


def _of_compound(text: str, place: int) -> int:
    """The start of a hyphenated word, where that begins with the same letter ("multi-modal")."""
    start = text.rfind(" ", 0, place) + 1
    return start if text[start : start + 1] == text[place] else place
