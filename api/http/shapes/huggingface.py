"""Papers as Hugging Face's API gives them, and as Markdown."""

from __future__ import annotations

import html
from typing import Any

from api.http.shapes.dates import first_day
from indexer.papers.paper import Paper


def hf_paper(paper: Paper) -> dict[str, Any]:
    """A paper as ``/api/papers/{id}`` gives it."""
    shape: dict[str, Any] = {
        "id": paper.id,
        "authors": [{"name": name, "hidden": False} for name in paper.authors],
        "title": paper.title,
        "summary": paper.abstract,
        "upvotes": paper.upvotes or 0,
        "numComments": paper.comments or 0,
    }
    if paper.date:
        shape["publishedAt"] = _moment(paper.date)
    if paper.submitted:
        shape["submittedOnDailyAt"] = _moment(paper.submitted)
    return shape


def hf_entry(paper: Paper) -> dict[str, Any]:
    """A paper as lists and searches give it: the paper itself, and its place in the list."""
    entry: dict[str, Any] = {
        "paper": hf_paper(paper),
        "title": paper.title,
        "summary": paper.abstract,
        "numComments": paper.comments or 0,
    }
    if day := paper.submitted or paper.date:
        entry["publishedAt"] = _moment(day)
    return entry


def hf_markdown(paper: Paper) -> str:
    """A paper as a page of Markdown; the text of the paper can't add marks of its own."""
    facts = [", ".join(map(_plain, paper.authors)), paper.date, _plain(paper.venue), paper.url]
    head = "\n".join(f"{fact}  " for fact in facts if fact)
    parts = [f"# {_plain(paper.title)}", head, _plain(paper.abstract)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(text: str) -> str:
    """Without HTML and links; formulas stay as they are."""
    return html.escape(" ".join(text.split()), quote=False).replace("](", "]&#40;")


def _moment(date: str) -> str:
    return f"{first_day(date)}T00:00:00.000Z"
