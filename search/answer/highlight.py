r"""Which words of a printed text matched, and where they stand, so that each face can mark them.

Formulas (``$...$``, ``$$...$$``, ``\(...\)``, ``\[...\]``) are never marked, nor are the names of
macros: a mark within them would spoil what renders them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from indexer.papers.folding import fold
from indexer.papers.text import formula_spans

Span = tuple[int, int]
"""Characters of a text: the first, and the one after the last."""

Stem = Callable[[str], str | None]
"""The stem of a word as printed, in the lexicon's form; ``None`` for a word it doesn't keep."""

# Accents that Unicode doesn't compose belong to the letter before them, as in folding. A macro is
# taken whole, so that `alpha` is not found in the midst of `\alpha`.
_WORD = re.compile(r"(?P<macro>\\)?(?P<word>[^\W_](?:[^\W_]|[\u0300-\u036f])*)")


def formulas(text: str) -> list[Span]:
    """Where the formulas of a text are, ascending; those without a gap between are one."""
    spans: list[Span] = []
    at = 0
    for inside, piece in formula_spans(text):
        start, at = at, at + len(piece)
        if inside and spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], at)
        elif inside:
            spans.append((start, at))
    return spans


def matched_words(stems: Collection[str], stem: Stem, text: str) -> list[str]:
    """The words of a text that matched, as they are printed where they first stand.

    Words that differ only in case or accents are one. Those in formulas count too, since the
    lexicon finds them there.

    Args:
        stems: Of the question's words.
        stem: The lexicon's.
        text: As printed.
    """
    found: dict[str, str] = {}
    for start, end, _ in _matches(stems, stem, text):
        found.setdefault(fold(text[start:end]), text[start:end])
    return list(found.values())


def highlights(stems: Collection[str], stem: Stem, text: str) -> list[Span]:
    """Where the words stand that matched: ascending, apart from each other and from formulas."""
    shut = iter([*formulas(text), (len(text), len(text))])
    formula = next(shut)
    spans: list[Span] = []
    for start, end, macro in _matches(stems, stem, text):
        while formula[1] <= start:
            formula = next(shut)
        if end <= formula[0] and not macro:
            spans.append((start, end))
    return spans


def _matches(stems: Collection[str], stem: Stem, text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each word that matched, and whether it is the name of a macro."""
    wanted = frozenset(stems)
    for match in _WORD.finditer(text) if wanted else ():
        if stem(match["word"]) in wanted:
            yield *match.span("word"), match["macro"] is not None


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
