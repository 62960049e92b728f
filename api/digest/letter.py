"""A digest in words: a subject, a text, and the same as HTML."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.links import host_of, paper_path, reading_places
from api.terminal.answer_table import authors_in_short
from api.wording import clean, counted, written_date
from search.answer.answer import Result
from search.digest import Digest, Section

ABSTRACT = 600
"""Characters of an abstract."""
TITLE = 300
WIDTH = 78
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class LetterEntry:
    """A paper as it is shown.

    Attributes:
        title: In one line.
        about: Authors, date, category, upvotes, score.
        abstract: Its beginning.
        links: What they are called, and where they lead.
    """

    title: str
    about: str
    abstract: str
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader gets."""

    subject: str
    text: str
    html: str


def write_letter(digest: Digest, *, day: str, since: str, site: str) -> Letter:
    """A digest as a letter.

    Args:
        digest: With at least one section.
        day: On which it is written, ``YYYY-MM-DD``.
        since: When the last one was, or where the first one starts, likewise; or words.
        site: Address of a server with pages about the papers, or empty.
    """
    papers = len(digest.papers)
    subject = f"nearpaper, {written_date(day)}: {counted(papers, 'new paper')}"
    counts = ", ".join(f"{clean(one.name)} {len(one.results)}" for one in digest.sections)
    headline = f"{papers:,} of {digest.came:,} papers added since {written_date(since)}: {counts}"
    sections = [(clean(one.name), _entries(one, site)) for one in digest.sections]
    html = _TEMPLATES.get_template("letter.html").render(
        subject=subject, headline=headline, sections=sections
    )
    return Letter(subject, _text(subject, headline, sections), html)


def _entries(section: Section, site: str) -> list[LetterEntry]:
    return [_entry(result, site) for result in section.results]


def _entry(result: Result, site: str) -> LetterEntry:
    paper = result.paper
    upvotes = counted(paper.upvotes, "upvote") if paper.upvotes else ""
    facts = [
        "retracted" if paper.retracted else "",
        authors_in_short(paper),
        written_date(clean(paper.date)),
        *map(clean, paper.categories[:1]),
    ]
    links = [(host_of(address), address) for address in reading_places(paper)]
    if site:
        links.append(("similar papers", f"{site}{paper_path(paper.id)}"))
    return LetterEntry(
        title=textwrap.shorten(clean(paper.title) or paper.id, TITLE, placeholder=" …"),
        about=" · ".join(filter(None, [*facts, upvotes, f"score {result.score:.2f}"])),
        abstract=textwrap.shorten(clean(paper.abstract), ABSTRACT, placeholder=" …"),
        links=tuple((name, quote(address, safe=_ADDRESS)) for name, address in links),
    )


_ADDRESS = ":/?#[]@!$&()*+,;=%~'"
"""What stands in addresses; all else is written with percent signs, so that none is cut short."""


def _text(subject: str, headline: str, sections: list[tuple[str, list[LetterEntry]]]) -> str:
    lines = [subject, _wrapped(headline, "")]
    number = 0
    for name, entries in sections:
        lines += ["", "", name, "=" * min(WIDTH, len(name))]
        for entry in entries:
            number += 1
            lines += ["", _wrapped(f"{number}. {entry.title}", ""), _wrapped(entry.about)]
            lines += [f"   {address}" for _, address in entry.links]
            lines += [_wrapped(entry.abstract)] if entry.abstract else []
    return "\n".join([*lines, ""])


def _wrapped(text: str, indent: str = "   ") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent="   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
