"""The text of a results page of Hugging Face's daily papers, as a browser saves or copies it.

A paper is a title, an abstract, ``• N authors``, ``·`` and a date with the number of comments
behind it, where there are any. The site leaves the year out for papers of the current year,
which the text doesn't name: such a date counts as not known.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from indexer.sources.reading.raw import BAD_BYTES, Bad, Raw, decode, has_bad_bytes, read_lines

AUTHORS = re.compile(r"[•·*-]\s*(\d{1,5}) authors?", re.ASCII)
_DATE = re.compile(r"([A-Z][a-z]{2,8} \d{1,2}(?:, \d{4})?)(?:\s+(\d{1,9}))?", re.ASCII)
_MAX_LINES = 100
"""Lines of one paper; where more stand before a number of authors, the last ones are taken."""
_MAX_TEXT = 200_000
"""Characters kept of a line: more than an abstract may have, so that it will be rejected."""
_ABSTRACT_LENGTH = 200
"""Characters from which on a line is taken for an abstract, not for a link or a button."""

_Block = deque[tuple[int, str]]
"""Lines that aren't blank, with their numbers."""


def read_page(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every paper on the page."""
    block: _Block = deque(maxlen=_MAX_LINES)
    paper: Raw | None = None
    for number, text in _texts(stream):
        if count := AUTHORS.fullmatch(text):
            if paper:
                yield _checked(paper)
            paper = _paper(block, int(count[1]), first=paper is None)
            block.clear()
        else:
            block.append((number, text))
        if paper and len(block) == 1 and (date := _DATE.fullmatch(text)):
            paper = _dated(paper, date)
            block.clear()
    if paper:
        yield _checked(paper)
    if any(len(text) >= _ABSTRACT_LENGTH for _, text in block):
        yield Bad(block[0][0], _text(block), "breaks off before the number of authors")


def _texts(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    for line in read_lines(stream):
        text = decode(line.data[:_MAX_TEXT]).strip()
        if text and text != "·":
            yield line.number, text


def _paper(block: _Block, count: int, *, first: bool) -> Raw:
    """A paper of the lines above its number of authors: the title, then the abstract."""
    lines = _below_heading(block) if first else list(block)
    texts = [text for _, text in lines]
    fields = {"title": "".join(texts[:1]), "abstract": " ".join(texts[1:]), "author_count": count}
    return Raw(lines[0][0] if lines else 1, _text(lines), fields)


def _below_heading(block: _Block) -> list[tuple[int, str]]:
    """What follows the page's own date, or the last two lines where there is none."""
    lines = list(block)
    dates = [place for place, (_, text) in enumerate(lines) if _DATE.fullmatch(text)]
    return lines[dates[-1] + 1 :] if dates else lines[-2:]


def _dated(paper: Raw, date: re.Match[str]) -> Raw:
    fields = {**paper.fields, "date": date[1]}
    return paper._replace(fields=fields | ({"comments": date[2]} if date[2] else {}))


def _checked(paper: Raw) -> Raw | Bad:
    """A paper, unless its text was damaged."""
    text = str(paper.text)
    return Bad(paper.line, text, BAD_BYTES) if has_bad_bytes(text) else paper


def _text(lines: Iterable[tuple[int, str]]) -> str:
    return "\n".join(text for _, text in lines)
