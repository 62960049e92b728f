"""Abstracts cut into sentences: by rules, since abstracts are edited prose and rules are fast.

Where a rule can't tell, sentences stay together: half a sentence explains nothing.
"""

from __future__ import annotations

import re

from search.answer.highlight import Span, formulas

# White space, or the full stop of a script that puts none after it, or one of many abstracts that
# lost it: "is shown.We then".
_GAP = re.compile(r"\s+|(?<=[。！？])(?!\s)|(?<=[a-z]{3}[.?!])(?=[A-Z][a-z]+\s)")
_STOPS = (".", "!", "?", "…", "。", "！", "？")
_OPENING = "([{\"'“‘«"
_CLOSING = ")]}\"'”’»"

_INITIALS = re.compile(r"[A-Z]\.|(?:[^\W\d_]{1,2}\.-?){2,}")
"""``J.``, ``J.-P.``, ``U.S.``, ``e.g.``, ``i.i.d.``, ``Ph.D.``; one small letter is a variable."""

_ABBREVIATIONS = frozenset(
    re.findall(
        r"\w+",
        "al approx ca cf def dept dr eq eqn eqns eqs fig figs incl lem prof prop ref refs resp "
        "sect secs st thm univ viz vs",
    )
)
_BEFORE_NUMBERS = frozenset(
    {"app", "art", "ch", "chap", "no", "nos", "p", "pp", "sec", "tab", "vol"}
)
"""Abbreviations that are also words, or end sentences as units do."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with the white space after it; joined they are the text."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[Span]:
    """Where the sentences are; the spans tile the text. Takes time linear in the text."""
    shut = iter([*formulas(text), (len(text), len(text))])
    formula = next(shut)
    spans: list[Span] = []
    start = token = 0
    for gap in _GAP.finditer(text):
        while formula[1] <= gap.start() < len(text):
            formula = next(shut)
        if formula[0] < gap.end():
            continue
        if _ends(text[token : gap.start()], text[gap.end() : gap.end() + 1]):
            spans.append((start, gap.end()))
            start = gap.end()
        token = gap.end()
    return [*spans, (start, len(text))] if start < len(text) else spans


def _ends(token: str, following: str) -> bool:
    """Whether a sentence ends with ``token``; ``following`` is the character after the gap."""
    bare = token.rstrip(_CLOSING)
    if not bare.endswith(_STOPS) or following.islower():
        return False
    word = bare.lstrip(_OPENING)
    return not (word.endswith(".") and _is_abbreviation(word, following))


def _is_abbreviation(word: str, following: str) -> bool:
    bare = word[:-1].lower()
    numbered = following.isdigit() or following in ("(", "$", "\\")
    return bool(
        _INITIALS.fullmatch(word)
        or bare in _ABBREVIATIONS
        or (numbered and bare in _BEFORE_NUMBERS)
    )
