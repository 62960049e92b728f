"""CSL-JSON, as Zotero, Pandoc and Crossref write it.

Fields: https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from indexer.papers.loose_dates import loose_date
from indexer.sources.formats.identifiers import (
    known_arxiv,
    known_doi,
    known_pubmed,
    without_strays,
)
from indexer.sources.formats.json_shapes import addressed, json_reader, mapping, sequence

_KEY = re.compile(r"(?!W\d+$)[^\W\d_][\w.+-]{2,100}")
_NAME = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")


def csl_fields(item: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of an item. Its own ``id`` is a key of one library and names no paper."""
    doi, number = item.get("DOI"), item.get("number")
    is_arxiv = isinstance(number, str) and number.lower().startswith("arxiv:")
    names = without_strays(
        (
            *(known_arxiv(number) if is_arxiv else ()),
            *(*addressed(item.get("URL")), *known_doi(doi)),
            *(*known_pubmed(item.get("PMID")), *known_pubmed(item.get("PMCID"), "pmcid")),
        )
    )
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": _keys(item),
        "doi": doi,
        "title": _first(item.get("title")),
        "abstract": item.get("abstract"),
        "authors": [_name(author) for author in sequence(item.get("author"))],
        "date": _date(mapping(item.get("issued"))),
        "url": item.get("URL"),
        "venue": _first(item.get("container-title")) or _first(item.get("event-title")),
        "retracted": item.get("status"),
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


def _date(issued: Mapping[str, Any]) -> str:
    """``{"date-parts": [[2024, 12, 17]]}``, or a date as text; of a span the beginning."""
    parts = sequence(next(iter(sequence(issued.get("date-parts"))), None))[:3]
    if not parts:
        text = issued.get("raw") or issued.get("literal")
        return loose_date(text) if isinstance(text, str) else ""
    if len(parts) == 1 and isinstance(parts[0], int):
        return str(parts[0])
    told = [str(part) for part in parts if isinstance(part, int | str) and part]
    return loose_date(*told) if told else ""


def _keys(item: Mapping[str, Any]) -> list[str]:
    """What the library cites it by: Pandoc's ``id``, which elsewhere is a number or an address."""
    key, name = item.get("citation-key") or item.get("citekey"), item.get("id")
    if isinstance(key, str):
        return [key]
    return [name] if isinstance(name, str) and _KEY.fullmatch(name) else []
