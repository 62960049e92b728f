"""RIS, as EndNote, Zotero, Scopus and publishers' pages export it.

A record runs from a ``TY`` line to an ``ER`` line. A line is a tag of two characters, two spaces,
a dash, a space and a value; a line without a tag continues the value before it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from indexer.sources.formats.json_shapes import addressed, known
from indexer.sources.reading.raw import BAD_BYTES, MAX_LINE, Bad, Line, Raw, read_lines

MAX_RECORD_LINES = 20_000
"""Lines of one record: twice as many as a paper may have authors."""

# What exporters write where; the first that is there counts.
_TITLE, _ABSTRACT, _AUTHORS = ("TI", "T1", "CT"), ("AB", "N2"), ("AU", "A1")
_DATE, _VENUE, _URL = ("DA", "PY", "Y1"), ("T2", "JF", "JO", "BT", "JA", "J2"), ("UR", "L2")

_NEXT = re.compile(r"^(?=[A-Z][A-Z0-9]  ?-)", re.MULTILINE)
_TAGGED = re.compile(r"([A-Z][A-Z0-9])  ?-(.*)", re.DOTALL)
_START = re.compile(rb"TY  ?-")
_END = re.compile(rb"ER  ?-")

Values = Mapping[str, Sequence[str]]
"""What stands behind each tag of a record, in order."""


def read_ris(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``TY`` line; one that is broken costs none but itself."""
    lines: list[Line] = []
    size = 0
    for line in read_lines(stream):
        starts = _START.match(line.data)
        if starts and lines:
            yield _broken(lines, "no ER line before the next record")
        if starts:
            lines, size = [], 0
        if starts or lines:
            lines.append(line)
            size += len(line.data)
        if lines and _END.match(line.data):
            yield _record(lines)
            lines = []
        elif len(lines) > MAX_RECORD_LINES or size > MAX_LINE:
            yield _broken(lines, "longer than any record")
            lines = []
    if lines:
        yield _broken(lines, "breaks off before its ER line")


def ris_fields(values: Values) -> Mapping[str, object]:
    """The fields of a record, by our names."""
    urls, doi = _all(values, _URL), _first(values, ("DO",))
    names = [*addressed(*urls), *known(doi)]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": _first(values, _TITLE),
        "abstract": _first(values, _ABSTRACT),
        "authors": [printed_name(name) for name in _all(values, _AUTHORS)],
        "date": _date(_first(values, _DATE)) or _date(_first(values, _DATE[1:])),
        "url": next(iter(urls), None),
        "venue": _first(values, _VENUE),
    }


def printed_name(name: str) -> str:
    """``King, Martin Luther, Jr.`` as ``Martin Luther King Jr.``."""
    last, first, suffix, *_ = [*(part.strip() for part in name.split(",", 2)), "", ""]
    return " ".join(part for part in (first, last, suffix) if part)


def _broken(lines: list[Line], reason: str) -> Bad:
    return Bad(lines[0].number, b"".join(line.data for line in lines[:9]), reason)


def _record(lines: list[Line]) -> Raw | Bad:
    number, data = lines[0].number, b"".join(line.data for line in lines)
    if too_long := next((line for line in lines if line.reason), None):
        return _broken(lines, too_long.reason)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Bad(number, data, BAD_BYTES)
    return Raw(number, data, ris_fields(_values(text)))


def _values(text: str) -> Values:
    values: defaultdict[str, list[str]] = defaultdict(list)
    for piece in _NEXT.split(text):
        if match := _TAGGED.match(piece):
            values[match[1]].append(" ".join(match[2].split()))
    return values


def _all(values: Values, tags: Sequence[str]) -> list[str]:
    return next((found for tag in tags if (found := [v for v in values.get(tag, ()) if v])), [])


def _first(values: Values, tags: Sequence[str]) -> str | None:
    return next(iter(_all(values, tags)), None)


def _date(text: str | None) -> str | None:
    """``2024/12/17/`` or ``2024///spring`` as a date, so far as it is one."""
    match = re.match(r"(\d{4})(?:[/-](\d{1,2}))?(?:[/-](\d{1,2}))?", text or "", re.ASCII)
    return "-".join(part for part in match.groups() if part) if match else text
