"""EndNote's tagged format, also known as Refer (``.enw``): a percent sign, a sign, a value.

Tags: "Creating a Tagged EndNote Import File" in EndNote's manual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import BinaryIO

from indexer.papers.ids import normalise_doi
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
from indexer.sources.formats.tagged.ris import printed_name
from indexer.sources.reading.raw import Bad, Raw

_MARK = rb"(?:\xef\xbb\xbf)?"
"""A byte order mark, where files were put together."""
_TAG = re.compile(_MARK + rb"(%[0-9A-Z@!?&()*+^<>\[\]~#$=])(?:[ \t]+|\r?$)")
_TYPED = Grammar(tag=_TAG, first=frozenset(("%0",)))
_PLAIN = Grammar(tag=_TAG, first=frozenset(("%T",)), blank=True)
_HEAD = 1 << 16


def read_endnote(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``%0`` line; without these, for every block of lines."""
    peek = getattr(stream, "peek", None)
    head = peek(_HEAD)[:_HEAD] if peek else b"%0 "
    grammar = _TYPED if re.search(rb"^%b%%0[ \t]" % _MARK, head, re.MULTILINE) else _PLAIN
    return read_tagged(stream, grammar, endnote_fields)


def endnote_fields(values: Values) -> Mapping[str, object]:
    """The fields of a record."""
    urls = [word for value in every(values, "%U") for word in value.split()]
    doi = _doi(values)
    names = [*addressed(*urls), *known(doi)]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": every(values, "%F"),
        "doi": doi,
        "title": first(values, "%T"),
        "abstract": joined(values, "%X"),
        "authors": [_name(name) for name in every(values, "%A")],
        "date": loose_date(first(values, "%D"), first(values, "%8")) or _day(values),
        "url": next((url for url in urls if url.lower().startswith("http")), None),
        "venue": first(values, "%J", "%B", "%S", "%I"),
    }


def _name(text: str) -> str:
    """A comma behind a whole name marks a group."""
    return text.rstrip(", ") if text.endswith(",") else printed_name(text)


def _day(values: Values) -> str:
    return loose_date(first(values, "%8")) or loose_date(first(values, "%7"))


def _doi(values: Values) -> str | None:
    for text in (*every(values, "%R"), *every(values, "%M")):
        with suppress(ValueError):
            return normalise_doi(text)
    return None
