"""What readers of XML ask of an element."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from indexer.errors import SourceError
from indexer.sources.reading.attempts import attempt
from indexer.sources.reading.fragments import Cutter, Fragment, parse_fragment
from indexer.sources.reading.raw import Bad, Raw
from indexer.sources.reading.xml_stream import source_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

Shape = Callable[["Element"], Mapping[str, object]]


def read_elements(
    stream: BinaryIO,
    cutter: Cutter,
    shape: Shape,
    prepare: Callable[[bytes], bytes] = bytes,
    *,
    missing: str,
) -> Iterator[Raw | Bad]:
    """One record for every element that a cutter finds; one that is broken costs none but itself.

    Args:
        stream: Of the document.
        cutter: Of elements, not of tags alone.
        shape: Turns an element into fields by our names; raises ``ValueError`` where it can't.
        prepare: Changes an element's bytes before they are parsed.
        missing: What to say of a document without such elements.
    """
    found = False
    for fragment in cutter.cut(stream):
        found = True
        if fragment.reason:
            yield Bad(fragment.line, fragment.data, fragment.reason)
            continue
        yield attempt(fragment.line, fragment.data, partial(_shaped, fragment, shape, prepare))
    if not found:
        raise SourceError(missing)


def _shaped(
    fragment: Fragment, shape: Shape, prepare: Callable[[bytes], bytes]
) -> Mapping[str, object]:
    return shape(parse_fragment(prepare(fragment.data)))


def text_of(element: Element | None, path: str = ".") -> str:
    """All text of the first element at a path, mark-up left out; empty where there is none."""
    found = element.find(path) if element is not None else None
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def texts_of(element: Element | None, path: str) -> list[str]:
    """The same of all elements at a path, those that aren't empty."""
    found = element.iterfind(path) if element is not None else ()
    return [text for one in found if (text := text_of(one))]


def marked_up(element: Element | None, path: str = ".") -> str:
    """What stands within the first element at a path, with its mark-up, to be read as such."""
    found = element.find(path) if element is not None else None
    if found is None:
        return ""
    inner = [_escaped(found.text or "")]
    inner += [source_of(child) + _escaped(child.tail or "") for child in found]
    return "".join(inner)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
