"""Elements of an XML document, one after the other, without entities and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

Element = etree._Element


class BrokenXMLError(Exception):
    """The document isn't well-formed, breaks off or has no such elements; says where and why."""


def elements(stream: BinaryIO, *tags: str) -> Iterator[Element]:
    """Each element of one of these tags when it is complete; it is emptied behind the caller.

    Args:
        stream: Of the document.
        tags: As ``{namespace}name``; ``{*}name`` for any namespace. None may hold another.

    Raises:
        BrokenXMLError: At the place where the document breaks off or goes wrong.
    """
    # No entity is expanded and nothing is loaded, whatever the document declares.
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in events:
            _refuse_entities(element)
            yield element
            _forget(element)
    except etree.XMLSyntaxError as error:
        line, reason = error.lineno or 1, (error.msg or "broken").partition(", line")[0]
        raise BrokenXMLError(f"not well-formed XML at line {line}: {reason}") from None


def text_at(element: Element, path: str) -> str:
    """The text of the first element at ``path`` below ``element``, empty where there is none."""
    return (element.findtext(path) or "").strip()


def source_of(element: Element) -> str:
    """The element as XML."""
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _refuse_entities(element: Element) -> None:
    """Text with an entity in it would come out cut short; no archive declares any."""
    declared = element.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise BrokenXMLError("the document declares entities, which are refused")


def _forget(element: Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
