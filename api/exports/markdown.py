"""Markdown, for notes: a list of papers, each with its abstract as a quotation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from api.wording import clean
from indexer.papers.paper import Paper
from search.answer.highlight import formulas

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&]|^[-+=]|(?<=^\d)[.)]|(?<=^\d\d)[.)]|://|@")
_UNSAFE = re.compile(r"[`<>\[\]!&]|://|\\[*_#~|]")
"""In a formula: what could be more than a formula to a reader that doesn't set any."""


def markdown(papers: Sequence[Paper]) -> str:
    """One item a paper."""
    return "\n".join(map(_item, papers))


def _item(paper: Paper) -> str:
    about = [
        "**Retracted**" if paper.retracted else "",
        ", ".join(map(markdown_text, paper.authors)),
        f"*{markdown_text(paper.venue)}*" if paper.venue else "",
        paper.date,
        markdown_text(paper.id),
    ]
    facts = ". ".join(part for part in about if part)
    quoted = f"\n  > {markdown_text(paper.abstract)}\n" if paper.abstract else ""
    return f"- **{_linked(paper)}**  \n  {facts}\n{quoted}"


def markdown_text(text: str) -> str:
    """A text in one line with nothing in it that Markdown or HTML would obey; formulas stay."""
    text = clean(text)
    parts, at = [], 0
    for start, end in formulas(text):
        parts += [_escaped(text[at:start]), _formula(text[start:end])]
        at = end
    return "".join([*parts, _escaped(text[at:])])


def _escaped(text: str) -> str:
    """A text with a backslash before each sign that means something, some only at its start."""
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", text)


def _formula(formula: str) -> str:
    return _escaped(formula) if _UNSAFE.search(formula) else formula


def _linked(paper: Paper) -> str:
    title = markdown_text(paper.title) or markdown_text(paper.id)
    if urlsplit(paper.url).scheme not in ("http", "https"):
        return title
    return f"[{title}](<{quote(paper.url, safe=':/?#@!$&+,;=%~*')}>)"
