"""JSON of foreign shapes: the objects in it one by one, as lines, a list, or an API's answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, cast

from indexer.papers.ids import normalise_id
from indexer.sources.formats.document import read_document
from indexer.sources.formats.jsonl import is_jsonl, read_jsonl
from indexer.sources.reading.raw import Bad, Raw, Reader

_HEAD = 1 << 16
_CONTAINERS = ("results", "data", "recommendedPapers", "items")
"""Where the answers of OpenAlex, Semantic Scholar and reference managers hold their records."""
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,100}>")

Shape = Callable[[Mapping[str, Any]], Mapping[str, object]]
"""Turns a record into fields by our names; raises ``ValueError`` where it can't."""


def json_reader(shape: Shape) -> Reader:
    """A reader of JSON whose objects are records of one shape."""

    def read(stream: BinaryIO) -> Iterator[Raw | Bad]:
        return shaped(_objects(stream), shape)

    return read


def shaped(items: Iterable[Raw | Bad], shape: Shape) -> Iterator[Raw | Bad]:
    """Records with their fields by our names; those that have not the shape are bad."""
    for item in items:
        if isinstance(item, Bad):
            yield item
            continue
        try:
            yield item._replace(fields=shape(item.fields))
        except ValueError as error:
            yield Bad(item.line, item.text, str(error))


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one where something else stands."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """The list, or an empty one where something else stands."""
    return value if isinstance(value, list) else ()


def known(value: object, prefix: str = "") -> list[str]:
    """A name or number as a list of one id, empty where it isn't known."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return []
    return [f"{prefix}{value}"]


def addressed(*values: object) -> list[str]:
    """Those of some web addresses that are a paper's own: at arXiv, doi.org and the like."""
    return [value for value in values if isinstance(value, str) and _names_paper(value)]


def without_tags(value: object) -> object:
    """Text without the mark-up that publishers leave in titles and abstracts."""
    return _TAG.sub("", value) if isinstance(value, str) and "<" in value else value


def _names_paper(address: str) -> bool:
    try:
        return "://" in address and "://" not in normalise_id(address)[0]
    except ValueError:
        return False


def _objects(stream: BinaryIO) -> Iterator[Raw | Bad]:
    peek = getattr(stream, "peek", None)
    head = peek(_HEAD)[:_HEAD].decode("utf-8", "replace").lstrip() if peek else ""
    for item in read_jsonl(stream) if is_jsonl(head) else read_document(stream):
        yield from _contained(item) if isinstance(item, Raw) else (item,)


def _contained(item: Raw) -> Iterator[Raw | Bad]:
    """The records of an API's answer, or the record itself."""
    inner = next((item.fields[key] for key in _CONTAINERS if key in item.fields), None)
    if not isinstance(inner, list):
        yield item
        return
    for value in inner:
        if isinstance(value, dict):
            yield Raw(item.line, str(value.get("id") or value.get("title") or "")[:500], value)
        else:
            yield Bad(item.line, str(value)[:500], "not a JSON object")
