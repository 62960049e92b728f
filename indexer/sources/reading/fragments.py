"""The records of an XML file cut out one by one, so that each can be parsed by itself.

A record with broken mark-up then costs none but itself, and no declaration of entities ever
reaches a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from indexer.sources.reading.stream import CHUNK
from indexer.sources.reading.xml_stream import BrokenXMLError, parse

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_FRAGMENT = 1 << 20
"""Bytes of one record; the text of none is a tenth of that."""


class Fragment(NamedTuple):
    """A piece of XML.

    Attributes:
        line: On which it begins, from 1.
        name: Of its outermost tag.
        data: The element, or its opening tag alone.
        reason: Why it is not whole; empty where it is.
    """

    line: int
    name: str
    data: bytes
    reason: str = ""


class BadXMLError(ValueError):
    """A fragment that is no XML, with the reason."""


def parse_fragment(data: bytes) -> Element:
    """The element; raises :class:`BadXMLError`, for entities too."""
    try:
        return parse(data)
    except BrokenXMLError as error:
        raise BadXMLError(f"{error} of the record") from None


class Cutter:
    """Cuts elements of some names out of a file, and opening tags of others.

    Args:
        elements: Names of those that are wanted whole.
        tags: Names of those that are wanted for their attributes.
        limit: Bytes of one element.
    """

    def __init__(
        self,
        elements: tuple[str, ...],
        tags: tuple[str, ...] = (),
        *,
        limit: int = MAX_FRAGMENT,
    ) -> None:
        self._elements, self._limit = elements, limit
        names = "|".join(map(re.escape, (*elements, *tags)))
        self._opening = re.compile(rf"<({names})(?=[\s/>])[^<>]*>".encode())

    def cut(self, stream: BinaryIO) -> Iterator[Fragment]:
        """The fragments in order."""
        rest, line, final = b"", 1, False
        while not final:
            chunk = stream.read(CHUNK)
            rest, final = rest + chunk, not chunk
            place = 0
            while match := self._opening.search(rest, place):
                line += rest.count(b"\n", place, match.start())
                place = match.start()
                fragment = self._fragment(rest, match, line, final=final)
                if fragment is None:
                    break
                yield fragment
                line += fragment.data.count(b"\n")
                place += len(fragment.data)
            else:
                # What is left may end within a tag.
                kept = max(place, rest.rfind(b"<"), len(rest) - self._limit)
                line += rest.count(b"\n", place, kept)
                place = kept
            rest = rest[place:]

    def _fragment(
        self, text: bytes, opening: re.Match[bytes], line: int, *, final: bool
    ) -> Fragment | None:
        """What begins with an opening tag; ``None`` if its end isn't there yet."""
        name = opening[1].decode()
        if name not in self._elements or opening[0].endswith(b"/>"):
            return Fragment(line, name, opening[0])
        closing = f"</{name}>".encode()
        following = self._opening.search(text, opening.end())
        limit = following.start() if following else len(text)
        end = text.find(closing, opening.end(), limit)
        if end >= 0:
            return Fragment(line, name, text[opening.start() : end + len(closing)])
        data = text[opening.start() : limit]
        if following:
            return Fragment(
                line, name, data, f"no </{name}> before the next <{following[1].decode()}>"
            )
        if final:
            return Fragment(line, name, data, f"breaks off before </{name}>")
        too_long = len(data) > self._limit
        return Fragment(line, name, data, "longer than any record") if too_long else None
