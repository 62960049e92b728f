"""Hugging Face's daily papers as its API gives them (``/api/daily_papers``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from indexer.sources.formats.document import read_document
from indexer.sources.reading.raw import Bad, Raw


def read_huggingface(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every entry: the paper, with the day it was listed and its comments."""
    for item in read_document(stream):
        if isinstance(item, Bad):
            yield item
        elif isinstance(paper := item.fields.get("paper"), Mapping):
            yield item._replace(fields=_fields(item.fields, paper))
        else:
            yield Bad(item.line, item.text, "holds no paper")


def _fields(entry: Mapping[str, Any], paper: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ids of this list are arXiv's; ``publishedAt`` of the entry is the day of submission to it."""
    name = paper.get("id")
    return {
        "id": name,
        "title": paper.get("title") or entry.get("title"),
        "abstract": paper.get("summary") or entry.get("summary"),
        "authors": paper.get("authors"),
        "date": paper.get("publishedAt"),
        "submitted": paper.get("submittedOnDailyAt") or entry.get("publishedAt"),
        "upvotes": paper.get("upvotes"),
        "comments": entry.get("numComments"),
        "url": f"https://arxiv.org/abs/{name}" if name else None,
    }
