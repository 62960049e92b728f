"""What a reader gives for each record: its fields as they stand there, or why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, NamedTuple

MAX_LINE = 10_000_000
"""Bytes of one line; a longer one is passed over without being held in memory."""
MAX_DOCUMENT = 64 << 20
"""Bytes of a JSON document, which is held in memory; JSON Lines have no such limit."""

_SKIP = 1 << 16


class Raw(NamedTuple):
    """A record as parsed.

    Attributes:
        line: On which it begins, from 1; in a list on one line that is 1 for all.
        text: The record as it stands in the input.
        fields: Its values by their own names.
    """

    line: int
    text: str | bytes
    fields: Mapping[str, object]


class Bad(NamedTuple):
    """What stands where a record should be.

    Attributes:
        line: On which it begins, from 1.
        text: As it stands in the input; of a very long line only the beginning.
        reason: Why it is no record.
    """

    line: int
    text: str | bytes
    reason: str


class Gone(NamedTuple):
    """A record that says that a paper was taken out of the archive.

    Attributes:
        line: On which it begins, from 1.
        text: As it stands in the input.
        id: Of the paper, as the archive writes it.
    """

    line: int
    text: str | bytes
    id: str


class Columns(NamedTuple):
    """What a table's columns are taken for; comes before its records.

    Attributes:
        line: Of the header.
        used: By heading, the field that it was taken for.
        unused: Headings of which nothing is taken.
    """

    line: int
    used: Mapping[str, str]
    unused: tuple[str, ...]


Reader = Callable[[BinaryIO], Iterator[Raw | Bad | Gone]]
"""Reads the decompressed bytes of an input, which begin behind any byte order mark."""
TableReader = Callable[[BinaryIO], Iterator[Raw | Bad | Columns]]
"""The same for a table."""


class Line(NamedTuple):
    """A line of the input.

    Attributes:
        number: From 1.
        data: The bytes, with the end of line; of a line that is too long only the beginning.
        reason: Why the line can't be used; empty where it can.
    """

    number: int
    data: bytes
    reason: str = ""


def read_lines(stream: BinaryIO, *, first: int = MAX_LINE) -> Iterator[Line]:
    """The lines of ``stream``, none longer than :data:`MAX_LINE`, the first up to ``first``."""
    number, limit = 0, first
    while data := stream.readline(limit + 1):
        number += 1
        if len(data) > limit:
            _finish_line(stream, data)
            reason = f"the line is longer than {limit:,} bytes"
            yield Line(number, data[:_SKIP], reason)
        else:
            yield Line(number, data)
        limit = MAX_LINE


def decode(data: bytes) -> str:
    """Text out of UTF-8; bytes that are none become lone surrogates, see :func:`has_bad_bytes`."""
    return data.decode("utf-8", "surrogateescape")


def has_bad_bytes(text: str) -> bool:
    """Whether decoded text holds bytes that weren't UTF-8."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


BAD_BYTES = "not UTF-8 text"


def excerpt(text: str | bytes, length: int = 500) -> str:
    """The first ``length`` characters as text that can be written anywhere."""
    if isinstance(text, str):
        try:
            data = text[:length].encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # half a letter, as JSON can write it
            data = text[:length].encode("utf-8", "replace")
    else:
        data = text
    return data[: 4 * length].decode("utf-8", "replace").strip()[:length]


def _finish_line(stream: BinaryIO, begun: bytes) -> None:
    while begun and not begun.endswith(b"\n"):
        begun = stream.readline(_SKIP)
