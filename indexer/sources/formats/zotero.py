"""Zotero's own JSON: its web API's answers as saved, and Better BibTeX's export.

Fields: https://www.zotero.org/support/dev/web_api/v3/types_and_fields. The API puts an item into
``data``; Better BibTeX lists items under ``items``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from indexer.papers.loose_dates import loose_date
from indexer.sources.formats.identifiers import (
    known_arxiv,
    known_doi,
    known_pubmed,
    without_strays,
)
from indexer.sources.formats.json_shapes import addressed, mapping, records, sequence, shaped
from indexer.sources.reading.raw import Bad, Raw

_NO_PAPERS = ("attachment", "note", "annotation", "collection")
_VENUES = (
    *("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "university"),
    *("repository", "institution", "websiteTitle", "publisher"),
)
_EXTRA = re.compile(
    r"^[ \t]{0,9}(arxiv|doi|pmid|pmcid|citation key|tex\.eprint)[ \t]{0,9}[:=]"
    r"[ \t]{0,9}(\S{1,200})",
    re.IGNORECASE | re.MULTILINE,
)
_ARXIV = re.compile(r"arxiv:\s*\S+", re.IGNORECASE)
_EDITORS = ("editor", "seriesEditor", "translator", "reviewedAuthor", "attorneyAgent")
_LONGEST = 50_000
"""Characters of the field for anything else that are looked at."""


def read_zotero(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every item that isn't an attachment, a note or the like."""
    for item in records(stream):
        data = _data(item.fields) if isinstance(item, Raw) else {}
        if data.get("itemType") not in _NO_PAPERS:
            yield from shaped((item,), zotero_fields)


def zotero_fields(record: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of an item. What its type has no field for stands in ``extra``, a line each."""
    item = _data(record)
    extra = _extra(item.get("extra"))
    doi, url = item.get("DOI") or extra.get("doi"), item.get("url")
    names = without_strays(
        (
            *(*_arxiv(item, extra), *addressed(url), *known_doi(doi)),
            *known_pubmed(extra.get("pmid") or item.get("PMID")),
            *known_pubmed(extra.get("pmcid") or item.get("PMCID"), "pmcid"),
        )
    )
    keys = (item.get("citationKey"), item.get("citekey"), extra.get("citation key"))
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": [key for key in keys if isinstance(key, str)],
        "doi": doi,
        "title": item.get("title"),
        "abstract": item.get("abstractNote"),
        "authors": _authors(sequence(item.get("creators"))),
        "date": loose_date(date) if isinstance(date := item.get("date"), str) else None,
        "url": url,
        "venue": next((item[name] for name in _VENUES if item.get(name)), None),
    }


def _data(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping(record.get("data")) or record


def _extra(text: object) -> dict[str, str]:
    if not isinstance(text, str):
        return {}
    found = _EXTRA.findall(text[:_LONGEST])
    return {name.lower(): value for name, value in reversed(found)}


def _arxiv(item: Mapping[str, Any], extra: Mapping[str, str]) -> list[str]:
    """The arXiv id of a preprint, which has a field for it, or of an older item."""
    number = item.get("archiveID")
    if isinstance(number, str) and _ARXIV.fullmatch(number.strip()):
        return known_arxiv(number)
    return known_arxiv(extra.get("arxiv") or extra.get("tex.eprint"))


def _authors(creators: object) -> list[str]:
    """Those who wrote it; where nobody did, those who presented or invented it."""
    people = [mapping(one) for one in sequence(creators)]
    writers = [one for one in people if one.get("creatorType") == "author"]
    others = [one for one in people if one.get("creatorType") not in _EDITORS]
    return [name for one in writers or others if (name := _name(one))]


def _name(creator: Mapping[str, Any]) -> str:
    whole = creator.get("name")
    parts = [whole] if whole else [creator.get("firstName"), creator.get("lastName")]
    return " ".join(part for part in parts if isinstance(part, str) and part)
