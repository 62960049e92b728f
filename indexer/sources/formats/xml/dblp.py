"""DBLP's XML: the whole ``dblp.xml``, or the page of a person or a venue.

Elements: https://dblp.org/faq/16154937.html. Its letters are entities of a DTD; they become the
letters of the same names, and no DTD is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.entities import name2codepoint
from typing import TYPE_CHECKING, BinaryIO

from indexer.papers.persons import unnumbered
from indexer.sources.formats.json_shapes import addressed
from indexer.sources.formats.xml.elements import marked_up, read_elements, text_of, texts_of
from indexer.sources.reading.fragments import Cutter
from indexer.sources.reading.raw import Bad, Raw

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_CUTTER = Cutter(
    (
        *("article", "inproceedings", "proceedings", "book", "incollection", "phdthesis"),
        *("mastersthesis", "data"),
    )
)
_ENTITY = re.compile(rb"&([A-Za-z]{2,8}\d{0,2});")
_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
_VENUES = ("journal", "booktitle", "school", "series", "publisher")


def read_dblp(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every publication; people's home pages are none."""
    missing = "no publication in it, as DBLP's XML has them"
    return read_elements(stream, _CUTTER, dblp_fields, _with_letters, missing=missing)


def dblp_fields(record: Element) -> Mapping[str, object]:
    """The fields of a record; its key is that of DBLP's own BibTeX."""
    links, key = texts_of(record, "ee"), record.get("key", "")
    names = addressed(*links)
    title = marked_up(record, "title").strip()
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": [f"DBLP:{key}"] if key else [],
        "doi": next((link for link in links if "doi.org/" in link), None),
        "title": title[:-1] if title.endswith(".") and not title.endswith("..") else title,
        "authors": [unnumbered(name) for name in texts_of(record, "author")],
        "date": text_of(record, "year"),
        "url": next(iter(links), None),
        "venue": next((text for path in _VENUES if (text := text_of(record, path))), None),
        "retracted": record.get("publtype") == "withdrawn",
    }


def _with_letters(data: bytes) -> bytes:
    """The same in UTF-8, with the numbers of letters in place of their names."""
    try:
        data.decode()
    except UnicodeDecodeError:
        data = data.decode("latin-1").encode()
    return _ENTITY.sub(_letter, data)


def _letter(match: re.Match[bytes]) -> bytes:
    name = match[1].decode()
    code = None if name in _XML else name2codepoint.get(name)
    return match[0] if code is None else b"&#%d;" % code
