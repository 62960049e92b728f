"""XML without entities, and the elements of a document one by one in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError
    from lxml.etree import _Element as Element


MAX_ELEMENT = 4 << 20
"""Bytes of an element that is wanted: a paper of 3,000 authors has a tenth of that."""


class BrokenXMLError(Exception):
    """The document isn't well-formed, breaks off or declares entities; says where and why."""


def elements(stream: BinaryIO, *tags: str) -> Iterator[Element]:
    """Each element of one of these tags when it is complete; it is emptied behind the caller.

    All others are emptied when they are complete, too: a document of nothing but others would
    otherwise take 30 times its size.

    Args:
        stream: Of the document.
        tags: As ``{namespace}name``. None may hold another.

    Raises:
        BrokenXMLError: At the place where the document breaks off or goes wrong, or where an
            element of these is larger than :data:`MAX_ELEMENT`.
    """
    from lxml import etree

    counted = _Counted(stream)
    # No entity is expanded and nothing is loaded, whatever the document declares.
    events = etree.iterparse(
        counted,
        ("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    wanted, depth, begun = frozenset(tags), 0, 0
    try:
        for event, element in events:
            if event == "start":
                begun = begun if depth else counted.bytes
                depth += element.tag in wanted
            elif element.tag in wanted:
                depth -= 1
                _refuse_entities(element)
                yield element
            if depth and counted.bytes > begun + MAX_ELEMENT:
                raise BrokenXMLError(f"an element of more than {MAX_ELEMENT:,} bytes")
            if event == "end" and not depth:
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None


class _Counted:
    """A stream that counts what was read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.bytes = stream, 0

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many bytes."""
        data = self._stream.read(size)
        self.bytes += len(data)
        return data


def parse(data: bytes) -> Element:
    """The root of a small document; raises :class:`BrokenXMLError`, for entities too."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        element = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None
    _refuse_entities(element)
    return element


def text_at(element: Element, path: str) -> str:
    """The text of the first element at ``path`` below ``element``, empty where there is none."""
    return (element.findtext(path) or "").strip()


def source_of(element: Element) -> str:
    """The element as XML."""
    from lxml import etree

    return etree.tostring(element, encoding="unicode", with_tail=False)


def _broken(error: XMLSyntaxError) -> BrokenXMLError:
    reason = (error.msg or "broken").partition(", line")[0]
    return BrokenXMLError(f"not XML: {reason} in line {error.lineno or 1}")


def _refuse_entities(element: Element) -> None:
    """Text with an entity in it would come out cut short; no archive declares any."""
    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        raise BrokenXMLError("the document declares entities, which are refused")


def _forget(element: Element) -> None:
    """Let go of an element and of what stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
