"""A whole JSON document: a list of records, or records one behind the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from indexer.errors import SourceError
from indexer.sources.formats.jsonl import BadJSONError, parse_value
from indexer.sources.reading.raw import (
    BAD_BYTES,
    MAX_DOCUMENT,
    Bad,
    Raw,
    decode,
    has_bad_bytes,
)

_SPACE = re.compile(r"[ \t\n\r]*")


def read_document(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """The objects of a JSON list, or those that stand one behind the other, mostly just one."""
    text = _read_all(stream)
    place = _skip_space(text, 0)
    if text.startswith("[", place):
        yield from _listed(text, place)
    else:
        yield from _in_a_row(text, place)


def _read_all(stream: BinaryIO) -> str:
    data = stream.read(MAX_DOCUMENT + 1)
    if len(data) > MAX_DOCUMENT:
        raise SourceError(
            f"a JSON document of more than {MAX_DOCUMENT >> 20} MB; "
            "write it as JSON Lines, one record a line"
        )
    return decode(data)


def _in_a_row(text: str, start: int) -> Iterator[Raw | Bad]:
    line = 1 + text.count("\n", 0, start)
    while start < len(text):
        item, end = _item(text, start, line)
        yield item
        if end == start:
            return
        place = _skip_space(text, end)
        line += text.count("\n", start, place)
        start = place


def _listed(text: str, place: int) -> Iterator[Raw | Bad]:
    """The values of a list one by one, so that those before a mistake in the syntax count."""
    line, mark = 1 + text.count("\n", 0, place), "["
    while text.startswith(mark, place):
        start = _skip_space(text, place + 1)
        line += text.count("\n", place, start)
        if mark == "[" and text.startswith("]", start):
            place = start
            break
        item, end = _item(text, start, line)
        yield item
        if end == start:
            return
        place, mark = _skip_space(text, end), ","
        line += text.count("\n", start, place)
    if not text.startswith("]", place):
        yield Bad(line, text[place : place + 1_000], "not JSON: the list breaks off here")
    elif rest := text[place + 1 :].strip():
        yield Bad(line, rest[:1_000], "not JSON: more text behind the list")


def _item(text: str, start: int, line: int) -> tuple[Raw | Bad, int]:
    """The record that begins at ``start``, and its end, which is ``start`` if it can't be told."""
    try:
        value, end = parse_value(text, start)
    except BadJSONError as error:
        return Bad(line, text[start : start + 1_000], f"{error}; the rest was not read"), start
    piece = text[start:end]
    if has_bad_bytes(piece):
        return Bad(line, piece, BAD_BYTES), end
    if not isinstance(value, dict):
        return Bad(line, piece, "not a JSON object"), end
    return Raw(line, piece, value), end


def _skip_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place
