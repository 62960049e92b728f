"""Europe PMC: answers of its search as saved, ``resultList.result``.

Fields: https://europepmc.org/RestfulWebService
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.papers.persons import swapped
from indexer.sources.formats.identifiers import known_doi, known_pubmed
from indexer.sources.formats.json_shapes import json_reader, mapping, sequence
from indexer.sources.formats.tagged.nbib import pubmed_title


def europe_pmc_fields(record: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of a result, of the short kind (``lite``) as well as of the long one."""
    doi, number, source = record.get("doi"), record.get("id"), record.get("source")
    names = [
        *known_doi(doi),
        *known_pubmed(record.get("pmid")),
        *known_pubmed(record.get("pmcid"), "pmcid"),
    ]
    title = record.get("title")
    types = sequence(mapping(record.get("pubTypeList")).get("pubType"))
    journal = mapping(mapping(record.get("journalInfo")).get("journal"))
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": pubmed_title(title) if isinstance(title, str) else title,
        "abstract": record.get("abstractText"),
        "authors": _authors(record),
        "date": record.get("firstPublicationDate") or record.get("pubYear"),
        "url": f"https://europepmc.org/article/{source}/{number}" if source and number else None,
        "venue": journal.get("title") or record.get("journalTitle") or _publisher(record),
        "licence": record.get("license"),
        "retracted": any(_is_retracted(one) for one in [*types, record.get("pubType")]),
    }


read_europe_pmc = json_reader(europe_pmc_fields)


def _authors(record: Mapping[str, Any]) -> list[str]:
    """Full names where they are known, else those of ``authorString``, initials behind."""
    people = map(mapping, sequence(mapping(record.get("authorList")).get("author")))
    names = [name for person in people if (name := _name(person))]
    if names or not isinstance(text := record.get("authorString"), str):
        return names
    return [swapped(name) for part in text.rstrip(". ").split(",") if (name := part.strip())]


def _name(person: Mapping[str, Any]) -> str:
    parts = [part for key in ("firstName", "lastName") if isinstance(part := person.get(key), str)]
    if len(parts) == 2:
        return " ".join(parts)
    full = person.get("collectiveName") or person.get("fullName")
    return swapped(full) if isinstance(full, str) else ""


def _publisher(record: Mapping[str, Any]) -> object:
    return mapping(record.get("bookOrReportDetails")).get("publisher")


def _is_retracted(kind: object) -> bool:
    return isinstance(kind, str) and "retracted publication" in kind.lower()
