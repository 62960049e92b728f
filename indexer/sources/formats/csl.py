"""CSL-JSON, as Zotero, Pandoc and Crossref write it.

Fields: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.sources.formats.json_shapes import (
    addressed,
    json_reader,
    known,
    mapping,
    sequence,
    without_tags,
)

_NAME = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")


def csl_fields(item: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of an item. Its own ``id`` is a key of one library and names no paper."""
    doi = item.get("DOI")
    names = [*addressed(item.get("URL")), *known(doi)]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": without_tags(_first(item.get("title"))),
        "abstract": without_tags(item.get("abstract")),
        "authors": [_name(author) for author in sequence(item.get("author"))],
        "date": _date(mapping(item.get("issued"))),
        "url": item.get("URL"),
        "venue": _first(item.get("container-title")) or _first(item.get("event-title")),
    }


read_csl = json_reader(csl_fields)


def _first(value: object) -> object:
    """Crossref gives lists of titles."""
    return next(iter(value), None) if isinstance(value, list) else value


def _name(author: object) -> str:
    parts = mapping(author)
    if literal := parts.get("literal") or parts.get("name"):
        return str(literal)
    return " ".join(str(parts[part]) for part in _NAME if parts.get(part))


def _date(issued: Mapping[str, Any]) -> object:
    """``{"date-parts": [[2024, 12, 17]]}``, or a date as text."""
    parts = sequence(next(iter(sequence(issued.get("date-parts"))), None))[:3]
    if not parts:
        return issued.get("raw") or issued.get("literal")
    return "-".join(f"{part:0>2}" for part in map(str, parts))
