"""Records of lines that begin with a tag; a line without one continues the value before it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from indexer.sources.reading.attempts import attempt
from indexer.sources.reading.raw import BAD_BYTES, MAX_LINE, Bad, Line, Raw, read_lines

MAX_RECORD_LINES = 20_000
"""Lines of one record: twice as many as a paper may have authors."""

Values = Mapping[str, Sequence[str]]
"""What stands behind each tag of a record, in order; lines of one value parted by a line feed."""
Shape = Callable[[Values], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a format writes its lines.

    Attributes:
        tag: The beginning of a line that begins a value: the tag is its first group.
        first: Tags that begin a record.
        last: Tags that end one.
        passed: Tags of the file as a whole.
        blank: An empty line ends a record, too.
    """

    tag: re.Pattern[bytes]
    first: frozenset[str]
    last: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()
    blank: bool = False


@dataclass(slots=True)
class _Record:
    """The lines of the record that is being read.

    Attributes:
        lines: All of them.
        tags: The tag of each, empty of those that continue, and where its value begins.
        size: Their bytes.
        begun: Whether the tag that begins a record has come.
        gap: How many lines there were at the last empty one.
    """

    lines: list[Line] = field(default_factory=list)
    tags: list[tuple[str, int]] = field(default_factory=list)
    size: int = 0
    begun: bool = False
    gap: int = 0

    def add(self, line: Line, tag: tuple[str, int]) -> None:
        self.lines.append(line)
        self.tags.append(tag)
        self.size += len(line.data)


def read_tagged(stream: BinaryIO, grammar: Grammar, shape: Shape) -> Iterator[Raw | Bad]:
    """One record for every first tag; one that is broken costs none but itself.

    The end of a record may be missing, and its first tag may stand below others.
    """
    record, above, skipped = _Record(), False, False
    tagged = grammar.tag.match
    for line in read_lines(stream):
        match = tagged(line.data)
        tag = match[1].decode("ascii", "replace") if match else ""
        is_blank = not tag and not line.data.strip()
        if skipped and tag not in grammar.first | grammar.last:
            continue
        skipped = False
        if tag in grammar.first and record.begun:
            # Where tags stand above the first one, those behind a gap are the next record's.
            record, rest = _parted(record, record.gap if above else len(record.lines))
            yield from _read(record, grammar, shape)
            record = rest
        if tag in grammar.first:
            above = above or bool(record.lines)
            record.begun = True
        if tag in grammar.last or (is_blank and grammar.blank and record.begun):
            yield from _read(record, grammar, shape)
            record = _Record()
        elif tag not in grammar.passed and (tag or record.lines):
            record.add(line, (tag, match.end() if match else 0))
            record.gap = len(record.lines) if is_blank else record.gap
        if len(record.lines) > MAX_RECORD_LINES or record.size > MAX_LINE:
            yield _broken(record, "longer than any record")
            record, skipped = _Record(), True
    yield from _read(record, grammar, shape)


def one_line(value: str) -> str:
    """A value in one line."""
    return " ".join(value.split())


def every(values: Values, *tags: str) -> list[str]:
    """All values of the first of some tags that has any, each in one line."""
    for tag in tags:
        if held := values.get(tag):
            lines = [one_line(value) if "\n" in value else value for value in held]
            if found := [line for line in lines if line]:
                return found
    return []


def first(values: Values, *tags: str) -> str:
    """The first of these, empty where there is none."""
    return next(iter(every(values, *tags)), "")


def joined(values: Values, *tags: str) -> str:
    """All of these as one text."""
    return " ".join(every(values, *tags))


def each_line(values: Values, tag: str) -> list[str]:
    """The lines of all values of a tag, of a format that has one name a line."""
    lines = (line.strip() for value in values.get(tag, ()) for line in value.split("\n"))
    return [line for line in lines if line]


def _parted(record: _Record, place: int) -> tuple[_Record, _Record]:
    """A record cut in two; the first half has what begins a record."""
    one, other = _Record(begun=True), _Record()
    for number, (line, tag) in enumerate(zip(record.lines, record.tags, strict=True)):
        (one if number < place or not place else other).add(line, tag)
    return one, other


def _read(record: _Record, grammar: Grammar, shape: Shape) -> Iterator[Raw | Bad]:
    """A record as it is told, none of lines that only stand between records."""
    if not record.begun:
        if any(tag for tag, _ in record.tags):
            yield _broken(record, f"no {min(grammar.first)} line in it")
        return
    number, data = record.lines[0].number, b"".join(line.data for line in record.lines)
    if too_long := next((line for line in record.lines if line.reason), None):
        yield _broken(record, too_long.reason)
        return
    try:
        values = _values(record)
    except UnicodeDecodeError:
        yield Bad(number, data, BAD_BYTES)
        return
    yield attempt(number, data, lambda: shape(values))


def _values(record: _Record) -> Values:
    parts: list[tuple[str, list[str]]] = []
    for line, (tag, start) in zip(record.lines, record.tags, strict=True):
        text = line.data[start:].decode().strip()
        if tag:
            parts.append((tag, [text]))
        elif parts:
            parts[-1][1].append(text)
    values: defaultdict[str, list[str]] = defaultdict(list)
    for tag, texts in parts:
        values[tag].append("\n".join(texts))
    return values


def _broken(record: _Record, reason: str) -> Bad:
    return Bad(record.lines[0].number, b"".join(line.data for line in record.lines[:9]), reason)
