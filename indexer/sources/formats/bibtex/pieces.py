"""A library's text in pieces that begin where an entry begins, without what is commented out.

The parser holds a whole text in memory, so the input goes to it piece by piece.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from indexer.sources.reading.raw import MAX_LINE, Bad, Line, decode, read_lines

PIECE = 1 << 16
"""Bytes from which on a piece ends before the next entry."""
MAX_COMMENT = 1 << 20
"""Bytes of a comment; where one goes on for longer, only its first line counts as one."""

_ENTRY = re.compile(rb"[ \t]*@[ \t]*\w+[ \t]*[{(]")
_COMMENT = re.compile(rb"[ \t]*@[ \t]*comment[ \t]*(?=\{)", re.IGNORECASE)
_OUT = re.compile(rb"\s*%[%\s]*@[ \t]*\w+[ \t]*[{(]")
_PERCENT = re.compile(rb"\s*%")
_BRACE = re.compile(rb"(?<!\\)[{}]")


def pieces(stream: BinaryIO) -> Iterator[tuple[int, str] | Bad]:
    """Texts of some entries each, with the line on which they begin; lines that are too long."""
    lines: list[bytes] = []
    start, size = 1, 0
    for line in _uncommented(read_lines(stream)):
        if line.reason:
            yield start, decode(b"".join(lines))
            yield Bad(line.number, line.data, line.reason)
            lines, start, size = [], line.number + 1, 0
            continue
        if size >= PIECE and (_ENTRY.match(line.data) or size > MAX_LINE):
            yield start, decode(b"".join(lines))
            lines, start, size = [], line.number, 0
        lines.append(line.data)
        size += len(line.data)
    yield start, decode(b"".join(lines))


def _uncommented(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines, those blank that stand in ``@comment{…}`` or behind ``%`` with their entry."""
    out = False
    for line in lines:
        if line.data.lstrip()[:1] not in (b"@", b"%"):
            out = False
            yield line
            continue
        out = bool(_OUT.match(line.data) or (out and _PERCENT.match(line.data)))
        if out:
            yield _blank(line)
        elif begun := _COMMENT.match(line.data):
            yield from _comment(line, begun.end(), lines)
        else:
            yield line


def _comment(first: Line, start: int, lines: Iterator[Line]) -> Iterator[Line]:
    """What a comment leaves of its lines; those behind the first stay if it has no end."""
    held = deque([first])
    depth, size = 0, 0
    for line in chain([first], lines):
        if line is not first:
            held.append(line)
        depth, end = _closed(line.data, start, depth)
        if depth <= 0:
            yield from map(_blank, list(held)[:-1])
            yield line._replace(data=line.data[end:])
            return
        start, size = 0, size + len(line.data)
        if size > MAX_COMMENT:
            break
    yield _blank(held.popleft())
    yield from held


def _closed(data: bytes, start: int, depth: int) -> tuple[int, int]:
    """How deep within braces a line ends, and where it left them if it did."""
    for brace in _BRACE.finditer(data, start):
        depth += 1 if brace[0] == b"{" else -1
        if depth <= 0:
            return 0, brace.end()
    return depth, len(data)


def _blank(line: Line) -> Line:
    return line._replace(data=b"\n")
