"""CSL-JSON, which Zotero, Pandoc and citeproc read.

Fields: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from api.exports.author_names import name_parts
from api.exports.kinds import Kind, arxiv_id, kind_of
from indexer.papers.paper import Paper

_TYPES = {
    Kind.ARTICLE: "article-journal",
    Kind.PROCEEDINGS: "paper-conference",
    Kind.PREPRINT: "article",
}


def csl_json(papers: Sequence[Paper]) -> str:
    """A list with one item a paper; what is not known is left out."""
    return json.dumps([_item(paper) for paper in papers], ensure_ascii=False, indent=2) + "\n"


def _item(paper: Paper) -> dict[str, Any]:
    arxiv = arxiv_id(paper)
    item = {
        "id": paper.id,
        "type": _TYPES[kind_of(paper)],
        "citation-key": next(iter(paper.cite_keys), ""),
        "title": paper.title,
        "author": [_name(name) for name in paper.authors],
        "issued": _issued(paper.date),
        "container-title": paper.venue,
        "abstract": paper.abstract,
        "keyword": ", ".join(paper.categories),
        "DOI": paper.doi,
        "URL": paper.url,
        "status": "Retracted" if paper.retracted else "",
        "archive": "arXiv" if arxiv else "",
        "number": f"arXiv:{arxiv}" if arxiv else "",
    }
    return {name: value for name, value in item.items() if value}


def _name(printed: str) -> dict[str, str]:
    name = name_parts(printed)
    parts = {
        "literal": name.literal,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "family": name.family,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}


def _issued(date: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else {}
