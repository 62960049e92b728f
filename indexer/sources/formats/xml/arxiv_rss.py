"""arXiv's daily news feed as RSS 2.0 (https://info.arxiv.org/help/rss_specifications.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from indexer.sources.formats.xml.announcements import DC, announced
from indexer.sources.reading.raw import Bad, Raw
from indexer.sources.reading.xml_stream import BrokenXMLError, elements, source_of, text_at

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_ARXIV = "{http://arxiv.org/schemas/atom}"


def read_arxiv_rss(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One item for every paper of a saved feed; those before a mistake in the XML count."""
    try:
        for item in elements(stream, "item"):
            yield Raw(item.sourceline or 1, source_of(item), _fields(item))
    except BrokenXMLError as error:
        yield Bad(1, "", f"{error}; the rest was not read")


def _fields(item: Element) -> Mapping[str, object]:
    return announced(
        {
            "id": text_at(item, "guid") or text_at(item, "link"),
            "title": text_at(item, "title"),
            "abstract": text_at(item, "description"),
            "authors": text_at(item, f"{DC}creator"),
            "date": text_at(item, "pubDate"),
            "categories": [text for one in item.iterfind("category") if (text := one.text)],
            "venue": text_at(item, f"{_ARXIV}journal_reference"),
            "doi": text_at(item, f"{_ARXIV}DOI").partition(" ")[0],
            "licence": text_at(item, f"{DC}rights"),
            "url": text_at(item, "link"),
        },
        kind=text_at(item, f"{_ARXIV}announce_type"),
    )
