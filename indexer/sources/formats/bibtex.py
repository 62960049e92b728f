"""BibTeX and BibLaTeX: split and read by :mod:`bibtexparser`, letters by :mod:`pylatexenc`.

The parser holds a whole text in memory, so the input goes to it in pieces that begin where an
entry begins; abbreviations (``@string``) are carried from piece to piece.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, BinaryIO

from indexer.sources.formats.json_shapes import addressed, known
from indexer.sources.formats.latex import plain_text
from indexer.sources.reading.raw import (
    BAD_BYTES,
    MAX_LINE,
    Bad,
    Raw,
    decode,
    has_bad_bytes,
    read_lines,
)

if TYPE_CHECKING:
    from bibtexparser.middlewares.middleware import Middleware
    from bibtexparser.model import Block, ParsingFailedBlock

PIECE = 1 << 16
"""Bytes from which on a piece ends before the next entry."""
MAX_STRINGS = 20_000
"""Abbreviations that are remembered."""

_ENTRY = re.compile(rb"[ \t]*@[ \t]*\w+[ \t]*[{(]")
_ARXIV = re.compile(r"(?:arxiv:)?\s*(\d{4}\.\d{4,5}|[a-z.-]+/\d{7})(?:v\d+)?", re.IGNORECASE)
_PREPRINT = re.compile(r"arxiv:\s*(\d{4}\.\d{4,5}|[a-z.-]+/\d{7})", re.IGNORECASE)
_VERBATIM = frozenset(("author", "doi", "url", "eprint", "file"))
_PLACES = ("journal", "journaltitle", "booktitle", "school", "institution", "publisher")

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # rejects say it better


def read_bibtex(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every entry; one that is broken costs none but itself."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.library import Library

    strings = Library()
    for line, text in _pieces(stream):
        parsed = parse_string(text, parse_stack=_stack(), library=strings)
        strings = Library([*parsed.strings[:MAX_STRINGS]])
        for block in parsed.blocks:
            yield from _record(block, line)


def _pieces(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """Texts of some entries each, with the line on which they begin."""
    lines: list[bytes] = []
    start, size = 1, 0
    for line in read_lines(stream):
        if size >= PIECE and (_ENTRY.match(line.data) or size > MAX_LINE):
            yield start, decode(b"".join(lines))
            lines, start, size = [], line.number, 0
        lines.append(line.data)
        size += len(line.data)
    yield start, decode(b"".join(lines))


def bibtex_fields(entry: Mapping[str, str]) -> Mapping[str, object]:
    """The fields of an entry. Its key is one library's and names no paper."""
    text = {name: plain_text(value) for name, value in entry.items() if name not in _VERBATIM}
    doi, url = entry.get("doi"), entry.get("url")
    names = [*_arxiv(entry), *addressed(url), *known(doi)]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": _title(text),
        "abstract": text.get("abstract"),
        "authors": _authors(entry.get("author", "")),
        "date": _date(text),
        "url": url,
        "venue": next((text[place] for place in _PLACES if text.get(place)), None),
    }


def _title(text: Mapping[str, str]) -> str | None:
    """BibLaTeX keeps what stands behind a colon in a field of its own."""
    title, subtitle = text.get("title"), text.get("subtitle")
    return f"{title}: {subtitle}" if title and subtitle else title


def _date(text: Mapping[str, str]) -> str | None:
    """BibLaTeX's ``date``, or ``year`` with ``month`` in any way of writing that."""
    if date := text.get("date"):
        return date.split("/")[0]
    year, month = text.get("year"), text.get("month", "").strip()
    if not year or not month:
        return year
    return f"{year}-{month:0>2}" if month.isdecimal() else f"{month} {year}"


def _arxiv(entry: Mapping[str, str]) -> list[str]:
    """The arXiv id where ``eprint`` is one, or where a preprint's ``journal`` names it."""
    kind = entry.get("archiveprefix", entry.get("eprinttype", "arxiv"))
    if kind.lower() == "arxiv" and (match := _ARXIV.fullmatch(entry.get("eprint", "").strip())):
        return [f"arXiv:{match[1]}"]
    found = _PREPRINT.search(" ".join(entry.get(name, "") for name in ("journal", "volume")))
    return [f"arXiv:{found[1]}"] if found else []


def _authors(names: str) -> list[str]:
    """Names as printed: ``van den Berg, Jan and {The Team}`` are two, particles kept."""
    from bibtexparser.middlewares.names import split_multiple_persons_names

    # A line break between names is as good as a space.
    split = split_multiple_persons_names(" ".join(names.split()))
    return [plain_text(_printed(name)) for name in split if name.lower() != "others"]


def _printed(name: str) -> str:
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    try:
        return parse_single_name_into_parts(name).merge_first_name_first
    except InvalidNameError:
        return name


def _stack() -> list[Middleware]:
    from bibtexparser.middlewares import (
        NormalizeFieldKeys,
        RemoveEnclosingMiddleware,
        ResolveStringReferencesMiddleware,
    )

    return [
        NormalizeFieldKeys(),
        ResolveStringReferencesMiddleware(),
        RemoveEnclosingMiddleware(),
    ]


def _reason(block: ParsingFailedBlock) -> str:
    reason = getattr(block.error, "abort_reason", "") or str(block.error)
    return " ".join(f"{reason[:1].lower()}{reason[1:]}".split()).rstrip(".")


def _record(block: Block, line: int) -> Iterator[Raw | Bad]:
    """The record of a block, none for comments and abbreviations."""
    from bibtexparser.model import (
        DuplicateBlockKeyBlock,
        DuplicateFieldKeyBlock,
        Entry,
        ParsingFailedBlock,
    )

    number, text = line + (block.start_line or 0), block.raw or ""
    if isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
        block = block.ignore_error_block or block  # a key given twice loses no paper
    if isinstance(block, Entry):
        if has_bad_bytes(text):
            yield Bad(number, text, BAD_BYTES)
            return
        fields = {field.key: str(field.value) for field in block.fields}
        try:
            yield Raw(number, text, bibtex_fields(fields))
        except ValueError as error:
            yield Bad(number, text, str(error))
    elif isinstance(block, ParsingFailedBlock):
        yield Bad(number, text, f"not BibTeX: {_reason(block)}")
