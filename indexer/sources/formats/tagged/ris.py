"""RIS, as EndNote, Zotero, Scopus, Embase, Ovid, Cochrane and publishers' pages export it.

A record runs from a ``TY`` line to an ``ER`` line. A line is a tag of two characters, two spaces,
a dash, a space and a value; a line without a tag continues the value before it. Programs differ in
the spaces, in the order of the tags, and in whether they write ``ER``.

Tags: https://en.wikipedia.org/wiki/RIS_(file_format)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import BinaryIO

from indexer.papers.ids import archive_of, normalise_doi, normalise_id
from indexer.papers.loose_dates import loose_date
from indexer.sources.formats.json_shapes import addressed, known
from indexer.sources.formats.tagged.lines import (
    Grammar,
    Values,
    every,
    first,
    joined,
    read_tagged,
)
from indexer.sources.reading.markup import plain
from indexer.sources.reading.raw import Bad, Raw

# What exporters write where; the first that is there counts.
_TITLE, _ABSTRACT, _AUTHORS = ("TI", "T1", "CT", "TT", "BT"), ("AB", "N2"), ("AU", "A1")
_VENUE, _URL = ("T2", "JF", "JO", "BT", "JA", "J2", "J1", "T3"), ("UR", "LK", "L2", "L1")
_DOI = ("DO", "DI", "M3", "L3")

_KNOWN = (
    rb"TY|TI|T1|T2|T3|CT|BT|AU|A[1-4]|AB|N[12]|PY|Y[12]|DA|J[AFO12]|DO|UR|L[1-4K]|KW|ER|SN|[VSE]P"
    rb"|VL|IS|PB|ID|AN|M[1-3]|D[BP]|LA|CY|ED|C[1-8]"
)
_GRAMMAR = Grammar(
    tag=re.compile(
        rb"[^A-Za-z0-9]{0,3}([A-Z][A-Z0-9](?=[ \t]{2,6}-)|(?:%b)(?=[ \t]?-(?:\s|$)))[ \t]{0,6}-"
        % _KNOWN
    ),
    first=frozenset(("TY",)),
    last=frozenset(("ER",)),
)


def read_ris(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``TY`` line; one that is broken costs none but itself."""
    return read_tagged(stream, _GRAMMAR, ris_fields)


def ris_fields(values: Values) -> Mapping[str, object]:
    """The fields of a record, by our names."""
    urls, doi = _web(values), _doi(values)
    names = [*addressed(*urls), *known(doi), *_accession(values)]
    title = first(values, *_TITLE)
    venue = first(values, *_VENUE)
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": [key for key in every(values, "ID") if not key.isdecimal()],
        "doi": doi,
        "title": title,
        "abstract": joined(values, *_ABSTRACT),
        "authors": [name for text in every(values, *_AUTHORS) for name in _names(text)],
        "date": ris_date(values),
        "url": next(iter(urls), None),
        "venue": venue if venue != title else None,
        "retracted": any(note.lower() == "retracted" for note in every(values, "N1")),
    }


def ris_date(values: Values) -> str:
    """The year that can be read, with the month and the day that another tag has for it.

    ``DA`` may lack the year (``DEC 15``), be all zeros, or tell of another day; the year of ``PY``
    or ``Y1`` counts.
    """
    written = [text for tag in ("PY", "Y1", "DA") for text in every(values, tag)]
    dates = [date for text in written if (date := loose_date(text))]
    if not dates:
        return ""
    year = dates[0][:4]
    best = max((date for date in dates if date.startswith(year)), key=len)
    for text in every(values, "DA"):
        if best == year and not loose_date(text):
            best = loose_date(year, text)
    return best


def printed_name(name: str) -> str:
    """``King, Martin Luther, Jr.`` as ``Martin Luther King Jr.``."""
    last, _, rest = name.partition(",")
    first_, _, suffix = rest.partition(",")
    return " ".join(filter(None, (first_.strip(), last.strip(), suffix.strip())))


def _names(text: str) -> list[str]:
    """The names on a line, which some programs part by semicolons or "and"."""
    text = plain(text)  # entities end in semicolons, too
    pieces = text.split(";")
    if len(pieces) == 1 and ("&" in text or "and" in text):
        both = re.split(r"\s+(?:and|&)\s+", text)
        pieces = both if all("," in piece for piece in both) else [text]
    return [printed_name(piece) for piece in pieces if piece.strip(" ,")]


def _web(values: Values) -> list[str]:
    """Addresses, also of several on one line."""
    words = (word for tag in _URL for value in every(values, tag) for word in value.split())
    return [word for word in words if word.lower().startswith(("http://", "https://"))]


def _doi(values: Values) -> str | None:
    """What is a DOI among the tags in which programs put it."""
    for text in (text for tag in _DOI for text in every(values, tag)):
        if "10." in text:
            with suppress(ValueError):
                return normalise_doi(text)
    return None


def _accession(values: Values) -> list[str]:
    """The accession number where it is an id that everybody knows, as we write it ourselves."""
    found: list[str] = []
    for text in every(values, "AN"):
        with suppress(ValueError):
            name = normalise_id(text)[0]
            found += [name] if archive_of(name) or name.startswith("10.") else []
    return found
