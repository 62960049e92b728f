r"""Formulas as MathML, which browsers set themselves.

A formula is somebody's text: only elements and attributes that are known to set signs come out,
everything in them is escaped, and what is too long or can't be read stays as it was written.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from api.pages.bare_tex import with_bare
from search.answer.highlight import formulas

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_FORMULA = 400
"""Characters; 8,000 real abstracts hold none that is longer and can be set."""
MAX_FORMULAS = 60
"""In one text."""
MAX_BRACES = 60
"""In one formula; the reader calls itself for each."""

_ELEMENTS = frozenset(
    (
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub"),
        *("msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mpadded"),
        *("mphantom", "menclose", "mstyle", "ms", "mmultiscripts", "mprescripts", "none"),
    )
)
_ATTRIBUTES = frozenset(
    (
        *("display", "mathvariant", "stretchy", "fence", "separator", "accent", "accentunder"),
        *("linethickness", "displaystyle", "scriptlevel", "minsize", "maxsize", "movablelimits"),
    )
)
_DELIMITERS = ("$$", "$", r"\(", r"\[")


def with_formulas(text: str) -> Markup:
    """A text escaped, its formulas set."""
    pieces, at = [], 0
    for start, end in formulas(text)[:MAX_FORMULAS]:
        pieces += [with_bare(text[at:start]), _formula(text[start:end], text[end : end + 1])]
        at = end
    return Markup("").join([*pieces, with_bare(text[at:])])


@lru_cache(maxsize=2_000)
def _formula(formula: str, following: str) -> Markup:
    """One formula with its delimiters as MathML, or escaped where it can't be set.

    Dollars around words are money: those of a formula hold no space at their inner sides, and no
    digit follows them.
    """
    size = next((len(sign) for sign in _DELIMITERS if formula.startswith(sign)), 0)
    inner = formula[size:-size].strip() if size else ""
    if size == 1 and (following.isdecimal() or len(inner) != len(formula) - 2):
        return escape(formula)
    if not 0 < len(inner) <= MAX_FORMULA or inner.count("{") > MAX_BRACES or "$" in inner:
        return escape(formula)
    # Imported only where there are formulas to set.
    from latex2mathml.converter import convert_to_element

    try:
        root = convert_to_element(inner)
    except _unreadable():
        return escape(formula)
    return Markup("".join(_elements(root)))  # noqa: S704 - all text in it is escaped


@cache
def _unreadable() -> tuple[type[Exception], ...]:
    """What the reader raises at a formula that is none; its own errors have no class in common."""
    from latex2mathml import exceptions

    own = [one for one in vars(exceptions).values() if isinstance(one, type)]
    faults = (LookupError, ValueError, TypeError, AttributeError, RuntimeError, StopIteration)
    return (*own, *faults)


def _elements(element: Element) -> Iterator[str]:
    """An element and what is in it; of one that isn't known, what is in it."""
    known = element.tag in _ELEMENTS
    if known:
        kept = [f' {k}="{_text(v)}"' for k, v in element.attrib.items() if k in _ATTRIBUTES]
        yield f"<{element.tag}{''.join(kept)}>"
    yield _text(element.text)
    for child in element:
        yield from _elements(child)
    if known:
        yield f"</{element.tag}>"
    yield _text(element.tail)


def _text(text: str | None) -> str:
    """The signs themselves, where the reader gives their numbers, then escaped."""
    return str(escape(html.unescape(text or "")))
