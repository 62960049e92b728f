"""Web of Science's plain text (``savedrecs.txt``, ``.ciw``): two letters, a blank, a value.

Tags: https://images.webofknowledge.com/images/help/WOS/hs_wos_fieldtags.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from indexer.papers.loose_dates import loose_date
from indexer.papers.persons import swapped
from indexer.sources.formats.identifiers import known_doi, known_pubmed
from indexer.sources.formats.json_shapes import known
from indexer.sources.formats.tagged.lines import (
    Grammar,
    Values,
    each_line,
    first,
    joined,
    read_tagged,
)
from indexer.sources.formats.tagged.ris import printed_name
from indexer.sources.reading.raw import Bad, Raw

_GRAMMAR = Grammar(
    tag=re.compile(rb"[^A-Za-z0-9 ]{0,3}([A-Z][A-Z0-9])(?: |\r?$)"),
    first=frozenset(("PT",)),
    last=frozenset(("ER",)),
    passed=frozenset(("FN", "VR", "EF")),
)


def read_web_of_science(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``PT`` line."""
    return read_tagged(stream, _GRAMMAR, web_of_science_fields)


def web_of_science_fields(values: Values) -> Mapping[str, object]:
    """The fields of a record; authors stand one a line, families in front."""
    doi, pubmed, number = first(values, "DI"), first(values, "PM"), first(values, "UT")
    names = [*known_doi(doi), *known_pubmed(pubmed), *known(number)]
    full = each_line(values, "AF")
    written = [printed_name(name) for name in full] or [
        swapped(name) for name in each_line(values, "AU")
    ]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": joined(values, "TI"),
        "abstract": joined(values, "AB"),
        "authors": [*written, *each_line(values, "CA")],
        "date": loose_date(first(values, "PY"), first(values, "PD"))
        or loose_date(first(values, "EA")),
        "venue": first(values, "SO", "SE", "J9"),
        "retracted": "retracted" in joined(values, "DT").lower(),
    }
