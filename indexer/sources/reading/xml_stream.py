"""XML without entities, and the elements of a document one by one in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError
    from lxml.etree import _Element as Element


class BrokenXMLError(Exception):
    """The document isn't well-formed, breaks off or declares entities; says where and why."""


def elements(stream: BinaryIO, *tags: str) -> Iterator[Element]:
    """Each element of one of these tags when it is complete; it is emptied behind the caller.

    Args:
        stream: Of the document.
        tags: As ``{namespace}name``. None may hold another.

    Raises:
        BrokenXMLError: At the place where the document breaks off or goes wrong.
    """
    from lxml import etree

    # No entity is expanded and nothing is loaded, whatever the document declares.
    events = etree.iterparse(
        stream, ("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
    )
    try:
        for _, element in events:
            _refuse_entities(element)
            yield element
            _forget(element)
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None


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
