"""BibTeX and BibLaTeX: split by :mod:`bibtexparser`, letters by :mod:`pylatexenc`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from indexer.sources.formats.bibtex.entries import READ, bibtex_fields
from indexer.sources.formats.bibtex.inheritance import Entry, Family, Item
from indexer.sources.formats.bibtex.pieces import pieces
from indexer.sources.formats.bibtex.values import Strings
from indexer.sources.reading.attempts import attempt
from indexer.sources.reading.raw import BAD_BYTES, Bad, Raw, has_bad_bytes

if TYPE_CHECKING:
    from bibtexparser.model import Block, ParsingFailedBlock
    from bibtexparser.model import Entry as Parsed

_NO_PAPERS = frozenset(("xdata", "set", "control", "bibnote"))

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # rejects say it better


def read_bibtex(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every entry; one that is broken costs none but itself."""
    family = Family()
    for item in _entries(stream):
        for ready in family.add(item):
            yield from _record(ready)
    for ready in family.rest():
        yield from _record(ready)


def _entries(stream: BinaryIO) -> Iterator[Item]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import String

    strings = Strings()
    for piece in pieces(stream):
        if isinstance(piece, Bad):
            yield piece
            continue
        line, text = piece
        for block in parse_string(text, parse_stack=[]).blocks:
            if isinstance(block, String):
                strings.define(block.key, str(block.value))
            else:
                yield from _item(block, line, strings)


def _item(block: Block, line: int, strings: Strings) -> Iterator[Item]:
    """The entry of a block, none for comments."""
    from bibtexparser import model

    number, text = line + (block.start_line or 0), block.raw or ""
    if isinstance(block, model.DuplicateBlockKeyBlock | model.DuplicateFieldKeyBlock):
        block = block.ignore_error_block or block  # a key given twice loses no paper
    if isinstance(block, model.Entry):
        if has_bad_bytes(text):
            yield Bad(number, text, BAD_BYTES)
        else:
            fields = _fields(block, strings)
            yield Entry(number, text, block.entry_type.lower(), block.key.strip(), fields)
    elif isinstance(block, model.ParsingFailedBlock):
        yield Bad(number, text, f"not BibTeX: {_reason(block)}")


def _fields(entry: Parsed, strings: Strings) -> dict[str, str]:
    """The values that are read, by names in lower case; of two the first, as BibTeX has it."""
    fields: dict[str, str] = {}
    for field in entry.fields:
        name = field.key.strip().lower()
        if name in READ and not fields.get(name):
            fields[name] = strings.value(str(field.value))
    return fields


def _record(item: Item) -> Iterator[Raw | Bad]:
    if not isinstance(item, Entry):
        yield item
    elif item.kind not in _NO_PAPERS:
        yield attempt(item.line, item.text, partial(bibtex_fields, item.fields, item.key))


def _reason(block: ParsingFailedBlock) -> str:
    reason = getattr(block.error, "abort_reason", "") or str(block.error)
    return " ".join(f"{reason[:1].lower()}{reason[1:]}".split()).rstrip(".")
