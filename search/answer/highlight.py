r"""Which words of a printed text matched, and where they stand, so that each face can mark them.

Formulas (``$...$``, ``$$...$$``, ``\(...\)``, ``\[...\]``) are never marked, nor are the names of
macros: a mark within them would spoil what renders them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from indexer.papers.folding import fold
from indexer.papers.text import formula_spans

Span = tuple[int, int]
"""Characters of a text: the first, and the one after the last."""

Stem = Callable[[str], str | None]
"""The stem of a word as printed, in the lexicon's form; ``None`` for a word it doesn't keep."""

# Accents that Unicode doesn't compose belong to the letter before them, as in folding; so do the
# signs of C++ and C#. A macro is taken whole, so that `alpha` isn't found in the midst of `\alpha`.
_PART = re.compile(r"[A-Za-z](?:\+\+|#)|[^\W_](?:[^\W_]++|[\u0300-\u036f]++)*+")
_WORD = re.compile(
    rf"(?P<macro>\\)?(?P<word>(?:{_PART.pattern})(?:[-\u2010-\u2013](?:{_PART.pattern}))*)"
)


def formulas(text: str) -> list[Span]:
    """Where the formulas of a text are, ascending; those without a gap between are one."""
    if "$" not in text and "\\" not in text:
        return []
    spans: list[Span] = []
    at = 0
    for inside, piece in formula_spans(text):
        start, at = at, at + len(piece)
        if inside and spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], at)
        elif inside:
            spans.append((start, at))
    return spans


def marks(
    stems: Collection[str], stem: Stem, title: str, abstract: str
) -> tuple[list[str], list[Span], list[Span]]:
    """The words of a paper that matched, and where they stand in its title and in its abstract.

    Words are as printed where they first stand. Those that differ only in case or accents are one,
    a hyphenated word that matched as a whole is another than its parts. Those in formulas count
    too, since the lexicon finds them there. Spans are ascending, apart from each other and from
    formulas.

    Args:
        stems: Of the question's words.
        stem: The lexicon's.
        title: As printed.
        abstract: Likewise.
    """
    words: dict[str, str] = {}
    spans = []
    for text in (title, abstract):
        found = list(_matches(stems, stem, text))
        for start, end, _ in found:
            words.setdefault(fold(text[start:end]), text[start:end])
        spans.append(_outside_formulas(text, found))
    return list(words.values()), spans[0], spans[1]


def _outside_formulas(text: str, matches: Iterable[tuple[int, int, bool]]) -> list[Span]:
    shut = iter([*formulas(text), (len(text), len(text))])
    formula = next(shut)
    spans: list[Span] = []
    for start, end, macro in matches:
        while formula[1] <= start:
            formula = next(shut)
        if end <= formula[0] and not macro:
            spans.append((start, end))
    return spans


def _matches(stems: Collection[str], stem: Stem, text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each word that matched, and whether it is the name of a macro.

    A hyphenated word matches as a whole if it does without its hyphens, else by its parts.
    """
    wanted = frozenset(stems)
    for match in _WORD.finditer(text) if wanted else ():
        (start, end), macro = match.span("word"), match["macro"] is not None
        word = match["word"]
        if word.isalnum():  # most words, at once
            if stem(word) in wanted:
                yield start, end, macro
            continue
        parts = _PART.findall(word)
        if not macro and len(parts) > 1 and stem("".join(parts)) in wanted:
            yield start, end, False
            continue
        for part in _PART.finditer(text, start, end):
            if stem(part[0]) in wanted:
                yield *part.span(), macro and part.start() == start


def marked(
    text: str, spans: Sequence[Span], before: str, after: str, escape: Callable[[str], str]
) -> str:
    """A text with its spans marked and all of it escaped.

    Args:
        text: Anything.
        spans: Of :func:`highlights`; what overlaps an earlier span or lies outside the text is
            not marked twice or at all.
        before: Put before each span, as it is.
        after: Put after each span, as it is.
        escape: Applied to each stretch between marks, such as :func:`html.escape`. A formula
            always comes whole within one stretch, so this may render formulas too.
    """
    parts: list[str] = []
    at = 0
    for first, last in spans:
        start, end = max(first, at), min(last, len(text))
        if start < end:
            parts += [escape(text[at:start]), before, escape(text[start:end]), after]
            at = end
    return "".join([*parts, escape(text[at:])])
