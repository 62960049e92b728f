"""JSON of foreign shapes: the objects in it one by one, as lines, a list, or an API's answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO, cast

from indexer.papers.ids import normalise_id
from indexer.sources.formats.document import read_document
from indexer.sources.formats.jsonl import is_jsonl, read_jsonl
from indexer.sources.reading.attempts import attempt
from indexer.sources.reading.raw import Bad, Raw, Reader

_HEAD = 1 << 16
_CONTAINERS: tuple[str, ...] = ("results", "data", "recommendedPapers", "items")
"""Where the answers of OpenAlex, Semantic Scholar and reference managers hold their records."""
_OUTER = ("message", "resultList")
"""What Crossref and Europe PMC put around theirs."""
_INNER = ("result", "items")

Shape = Callable[[Mapping[str, Any]], Mapping[str, object]]
"""Turns a record into fields by our names; raises ``ValueError`` where it can't."""


def json_reader(shape: Shape) -> Reader:
    """A reader of JSON whose objects are records of one shape."""

    def read(stream: BinaryIO) -> Iterator[Raw | Bad]:
        return shaped(records(stream), shape)

    return read


def shaped(items: Iterable[Raw | Bad], shape: Shape) -> Iterator[Raw | Bad]:
    """Records with their fields by our names; those that have not the shape are bad."""
    for item in items:
        if isinstance(item, Bad):
            yield item
            continue
        yield attempt(item.line, item.text, partial(shape, item.fields))


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


def _names_paper(address: str) -> bool:
    try:
        return "://" in address and "://" not in normalise_id(address)[0]
    except ValueError:
        return False


def records(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """The objects of lines, of a list, or of an API's answer, as they stand there."""
    peek = getattr(stream, "peek", None)
    head = peek(_HEAD)[:_HEAD].decode("utf-8", "replace").lstrip() if peek else ""
    for item in read_jsonl(stream) if is_jsonl(head) else read_document(stream):
        yield from _contained(item) if isinstance(item, Raw) else (item,)


def _contained(item: Raw) -> Iterator[Raw | Bad]:
    """The records of an API's answer, or the record itself."""
    fields, keys = item.fields, _CONTAINERS
    for key in _OUTER:
        if isinstance(outer := fields.get(key), dict):
            fields, keys = outer, _INNER
    inner = next((fields[key] for key in keys if key in fields), None)
    if not isinstance(inner, list):
        yield item if fields is item.fields else item._replace(fields=fields)
        return
    for value in inner:
        if isinstance(value, dict):
            yield Raw(item.line, str(value.get("id") or value.get("title") or "")[:500], value)
        else:
            yield Bad(item.line, str(value)[:500], "not a JSON object")
