"""Titles and abstracts with JATS, HTML or MathML in them, escaped or not, as plain text.

``<jats:p>CO<sub>2</sub> &lt; 5</jats:p>`` becomes ``CO2 < 5``. Only elements with names that
publishers use are mark-up, and only where they are written as such: ``k<n and m>k`` stays, and so
does ``<b>`` without a ``</b>``, which physicists write for a mean value.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.entities import html5
from typing import NamedTuple

from indexer.sources.reading.mathml import MATH, Element, named, rendered

MAX_TEXT = 1_000_000
"""Characters from which on text stays as it is; no paper has as many."""
MAX_DEPTH = 60
"""Elements within elements; deeper ones count as text of these."""
ROUNDS = 3
"""How often a text may have been escaped."""

_INLINE = named(
    "a abbr acronym b bdi bdo big bold cite code del dfn em email emphasis ext-link fixed-case "
    "font formula i inf inline-formula inline-graphic ins institution italic kbd mark monospace "
    "named-content nobr overline q roman s samp sans-serif sc small span strike strong "
    "styled-content sub subscript sup superscript target tt u underline uri var xref "
    "inlineequation equationsource tex tex-math alternatives inline graphic wbr"
)
_BLOCK = named(
    "abstract article blockquote break br caption center dd disp-formula disp-quote div dl dt fig "
    "fn h1 h2 h3 h4 h5 h6 heading hr label li list list-item ol p para pre sec section "
    "simple-para simplepara table tbody td th thead title tr trans-abstract ul"
)
_KNOWN = _INLINE | _BLOCK | MATH
_HEADINGS = named("title label heading h1 h2 h3 h4 h5 h6 b bold strong")
_VOID = named("br break hr wbr graphic inline-graphic mspace mprescripts none")
_NAMESPACES = named("jats mml m ce xhtml html ns0 ns1 ns2 ns3 ns4")
_TOLD_ANYWAY = re.compile(r"\W*(?:abstract|summary)\W*", re.IGNORECASE)
"""A heading that says no more than the field's name."""

# No value of an attribute holds "<", so that no search goes over the same text twice.
_TAG = re.compile(
    r"<(?P<close>/)?(?:(?P<space>[A-Za-z]\w{0,9}):)?(?P<name>[A-Za-z][\w-]{0,30})"
    r"""(?P<attributes>(?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>=]+))*)\s*(?P<empty>/)?>"""
    r"|<!--[^<>]*-->|<\?[a-z][^<>]*\?>|<!\[CDATA\[|\]\]>"
)
_CLOSING = re.compile(r"</(?:\w{1,10}:)?([A-Za-z][\w-]{0,30})\s*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


class _Tag(NamedTuple):
    """A tag, with the text before it; at the end of the text one without a name."""

    before: str
    name: str = ""
    attributes: str = ""
    opens: bool = False
    closes: bool = False


def plain(text: str) -> str:
    """The text without mark-up and entities; the same text where there is neither."""
    if ("<" not in text and "&" not in text) or len(text) > MAX_TEXT:
        return text
    for _ in range(ROUNDS):
        done = _ENTITY.sub(_character, _without_tags(text))
        if done == text:
            break
        text = done
    return text


def _character(entity: re.Match[str]) -> str:
    name = entity[0][1:]
    known = name.startswith("#") or name in html5
    return html.unescape(entity[0]) if known else entity[0]


def _without_tags(text: str) -> str:
    if "<" not in text:
        return text
    stack = [Element("")]
    for tag in _tags(text):
        stack[-1].add(tag.before)
        if tag.opens and len(stack) < MAX_DEPTH:
            stack.append(Element(tag.name, tag.attributes))
        elif tag.name in _BLOCK:
            stack[-1].add(" ")
        if tag.closes:
            _close(stack, tag.name)
    while len(stack) > 1:
        _end(stack)
    return rendered(stack[0])


def _close(stack: list[Element], name: str) -> None:
    """End the innermost element of a name, and what is open within it; if there is one."""
    if any(element.name == name for element in stack):
        while stack[-1].name != name:
            _end(stack)
        _end(stack)


def _end(stack: list[Element]) -> None:
    """Put what an element says behind what stands before it."""
    element = stack.pop()
    said = rendered(element)
    if element.name in _HEADINGS and len(said) < 30 and _TOLD_ANYWAY.fullmatch(said):
        said = ""
    if element.name in _BLOCK:
        said = f" {said} "
    stack[-1].add(said, element)


def _tags(text: str) -> Iterator[_Tag]:
    """The tags in order; whatever only looks like one is part of the text before the next."""
    closed = {match[1].lower() for match in _CLOSING.finditer(text)}
    begins = len(text) - len(text.lstrip())
    start = place = 0
    while match := _TAG.search(text, place):
        place = match.end()
        name = (match["name"] or "").lower()
        if name and not _is_markup(match, name, closed, begins):
            place = match.start() + 1
            continue
        before, start = text[start : match.start()], match.end()
        ends = bool(match["close"] or match["empty"]) or name in _VOID
        opens = bool(name) and not match["close"]
        yield _Tag(before, name, match["attributes"] or "", opens, ends)
    yield _Tag(text[start:])


def _is_markup(match: re.Match[str], name: str, closed: set[str], begins: int) -> bool:
    """Whether a tag is meant as one; one that the text begins with always is."""
    if (match["space"] or "").lower() in _NAMESPACES:
        return True
    if name not in _KNOWN or match["space"]:
        return False
    alone = not (match["close"] or match["empty"] or match["attributes"])
    return not alone or name in closed or name in _VOID or match.start() <= begins
