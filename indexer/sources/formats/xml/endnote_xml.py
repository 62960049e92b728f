"""EndNote's XML, which Mendeley, Zotero and Papers write as well.

Elements: https://github.com/zotero/translators/blob/master/Endnote%20XML.js lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from indexer.papers.ids import normalise_doi
from indexer.papers.loose_dates import loose_date
from indexer.sources.formats.json_shapes import addressed, known
from indexer.sources.formats.tagged.ris import printed_name
from indexer.sources.formats.xml.elements import read_elements, text_of, texts_of
from indexer.sources.reading.fragments import Cutter
from indexer.sources.reading.raw import Bad, Raw

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CUTTER = Cutter(("record",))
_VENUES = ("periodical/full-title", "titles/secondary-title", "titles/alt-title", "publisher")


def read_endnote_xml(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``<record>``."""
    missing = "no <record> in it, as EndNote's XML has them"
    return read_elements(stream, _CUTTER, endnote_xml_fields, missing=missing)


def endnote_xml_fields(record: Element) -> Mapping[str, object]:
    """The fields of a record; every text is cut up into styles, which say nothing."""
    urls = [word for text in texts_of(record, "urls/*/url") for word in text.split()]
    doi = _doi(record)
    names = [*addressed(*urls), *known(doi)]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": texts_of(record, "label"),
        "doi": doi,
        "title": text_of(record, "titles/title"),
        "abstract": text_of(record, "abstract"),
        "authors": [_name(name) for name in texts_of(record, "contributors/authors/author")],
        "date": loose_date(
            text_of(record, "dates/year") or text_of(record, "dates/pub-dates/date"),
            text_of(record, "dates/pub-dates/date"),
        ),
        "url": next((url for url in urls if url.lower().startswith("http")), None),
        "venue": next((text for path in _VENUES if (text := text_of(record, path))), None),
    }


def _name(text: str) -> str:
    """A comma behind a whole name marks a group."""
    return text.rstrip(", ") if text.endswith(",") else printed_name(text)


def _doi(record: Element) -> str | None:
    for path in ("electronic-resource-num", "accession-num", "doi"):
        with suppress(ValueError):
            return normalise_doi(text_of(record, path))
    return None
