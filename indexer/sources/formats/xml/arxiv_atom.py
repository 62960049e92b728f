"""Atom of arXiv: answers of its query interface, and its daily news feed.

Formats: https://info.arxiv.org/help/api/user-manual.html, https://info.arxiv.org/help/rss.html
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from indexer.sources.formats.xml.announcements import DC, OAI, announced
from indexer.sources.reading.raw import Bad, Raw
from indexer.sources.reading.xml_stream import BrokenXMLError, elements, source_of, text_at

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ENTRY = f"{_ATOM}entry"
_AUTHOR = f"{_ATOM}author/{_ATOM}name"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtomPage:
    """One whole answer.

    Attributes:
        items: Its entries.
        ids: Of each entry, versions included, in the answer's order.
        total: How many papers match the query.
        error: What the server has against the query, empty where nothing.
    """

    items: tuple[Raw | Bad, ...]
    ids: tuple[str, ...]
    total: int
    error: str


def read_arxiv_atom(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One item for every entry of a saved answer; those before a mistake in the XML count."""
    try:
        for element in elements(stream, _ENTRY):
            yield _item(element)
    except BrokenXMLError as error:
        yield Bad(1, "", f"{error}; the rest was not read")


def parse_arxiv_atom(body: bytes) -> AtomPage:
    """An answer as a whole; raises ``BrokenXMLError`` where any of it can't be read."""
    items: list[Raw | Bad] = []
    ids: list[str] = []
    total, error = None, ""
    for element in elements(io.BytesIO(body), _TOTAL, _ENTRY):
        if element.tag == _TOTAL:
            total = int(text) if (text := (element.text or "").strip()).isdecimal() else None
        elif _is_error(name := text_at(element, f"{_ATOM}id")):
            error = text_at(element, f"{_ATOM}summary") or "error"
        else:
            items.append(_item(element))
            ids.append(name)
    if total is None and not error:
        raise BrokenXMLError("no answer of arXiv's query interface: no totalResults in it")
    return AtomPage(items=tuple(items), ids=tuple(ids), total=total or 0, error=error)


def _is_error(name: str) -> bool:
    return "/api/errors" in name


def _item(entry: Element) -> Raw | Bad:
    line, text = entry.sourceline or 1, source_of(entry)
    fields = _fields(entry)
    name = str(fields["id"])
    if _is_error(name):
        return Bad(line, text, str(fields["abstract"]) or "an error, no paper")
    return Raw(line, text, _news(entry, fields) if name.startswith(OAI) else fields)


def _news(entry: Element, fields: Mapping[str, object]) -> Mapping[str, object]:
    """Those of the daily feed, which names authors, DOI and journal in its own way."""
    link = entry.find(f"{_ATOM}link")
    return announced(
        {
            **fields,
            "authors": text_at(entry, f"{DC}creator"),
            "doi": text_at(entry, f"{_ARXIV}DOI").partition(" ")[0],
            "venue": text_at(entry, f"{_ARXIV}journal_reference"),
            "licence": text_at(entry, f"{_ATOM}rights"),
            "url": link.get("href", "") if link is not None else "",
        },
        kind=text_at(entry, f"{_ARXIV}announce_type"),
    )


def _fields(entry: Element) -> Mapping[str, object]:
    """``published`` is the day of the first version; the id is an address with the version."""
    name = text_at(entry, f"{_ATOM}id")
    return {
        "id": name,
        "title": text_at(entry, f"{_ATOM}title"),
        "abstract": text_at(entry, f"{_ATOM}summary"),
        "authors": [name.text or "" for name in entry.iterfind(_AUTHOR)],
        "date": text_at(entry, f"{_ATOM}published"),
        "categories": _categories(entry),
        "venue": text_at(entry, f"{_ARXIV}journal_ref"),
        "doi": text_at(entry, f"{_ARXIV}doi").partition(" ")[0],
        "url": name.replace("http://", "https://", 1),
    }


def _categories(entry: Element) -> list[str]:
    """The primary one first."""
    first = entry.find(f"{_ARXIV}primary_category")
    elements_ = [*([first] if first is not None else []), *entry.iterfind(f"{_ATOM}category")]
    return [term for element in elements_ if (term := element.get("term"))]
