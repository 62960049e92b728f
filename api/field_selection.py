"""The choice of fields: an answer carries no more than somebody asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from indexer.errors import UsageError

PAPER_FIELDS = (
    *("id", "title", "abstract", "authors", "author_count", "date", "url", "categories", "venue"),
    *("upvotes", "comments", "version", "doi", "sources", "submitted", "listed", "licence"),
    *("ids", "cite_keys", "retracted", "harvested"),
)
"""Of every paper."""
RESULT_FIELDS = ("rank", *PAPER_FIELDS, "score", "close", "why", "folded")
"""Of every result."""


def parse_fields(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The names in a list with commas, in their order; empty means all. Raises ``UsageError``."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"no field {', '.join(unknown)}; choose from {', '.join(known)}")
    return names


def require_json(fields: Collection[str], format: str) -> None:
    """Raise ``UsageError`` where fields are chosen for a format that has its own."""
    if fields and format not in ("", "json"):
        raise UsageError(f"fields and {format}: only JSON has a choice of fields; leave out one")


def narrowed(record: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """A record with these fields in their order; with all of them where none are named."""
    return {name: record[name] for name in fields} if fields else dict(record)


def narrowed_answer(answer: Mapping[str, Any], fields: Collection[str]) -> dict[str, Any]:
    """An answer whose results have these fields, without facets; whole where none are named."""
    if not fields:
        return dict(answer)
    rest = {name: value for name, value in answer.items() if name != "facets"}
    return {**rest, "results": [narrowed(result, fields) for result in answer["results"]]}
