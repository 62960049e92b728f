"""DataCite: works of its REST API (``data``, ``attributes``), or its own JSON, a work each.

Fields: https://support.datacite.org/docs/api and https://schema.datacite.org
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.sources.formats.identifiers import known_doi
from indexer.sources.formats.json_shapes import addressed, json_reader, mapping, sequence

_DATES = ("Issued", "Available", "Created", "Submitted")


def datacite_fields(record: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of a work."""
    outer = mapping(record.get("data")) or record
    work = mapping(outer.get("attributes")) or outer
    doi = work.get("doi") or work.get("id")
    names = [*_others(work), *known_doi(doi)]
    publisher = work.get("publisher")
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": _title(sequence(work.get("titles"))),
        "abstract": _abstract(sequence(work.get("descriptions"))),
        "authors": [_name(mapping(one)) for one in sequence(work.get("creators"))],
        "date": _date(work),
        "url": work.get("url"),
        "venue": mapping(work.get("container")).get("title")
        or mapping(publisher).get("name")
        or publisher,
        "categories": _subjects(sequence(work.get("subjects"))),
        "licence": _licence(sequence(work.get("rightsList"))),
    }


read_datacite = json_reader(datacite_fields)


def _title(titles: object) -> object:
    """The first that is no translation and no subtitle, with the subtitle behind it."""
    listed = [mapping(one) for one in sequence(titles)]
    main = next((one.get("title") for one in listed if not one.get("titleType")), None)
    behind = next((one.get("title") for one in listed if one.get("titleType") == "Subtitle"), None)
    if isinstance(main, str) and isinstance(behind, str):
        return f"{main}: {behind}"
    return main or next((one.get("title") for one in listed), None)


def _abstract(descriptions: object) -> object:
    listed = [mapping(one) for one in sequence(descriptions)]
    return next(
        (
            one.get("description")
            for kind in ("Abstract", "SeriesInformation", "Other", None)
            for one in listed
            if kind != "SeriesInformation" and one.get("descriptionType") == kind
        ),
        None,
    )


def _name(creator: Mapping[str, Any]) -> str:
    parts = [creator.get("givenName"), creator.get("familyName")]
    if all(isinstance(part, str) and part for part in parts):
        return " ".join(map(str, parts))
    name = creator.get("name")
    if not isinstance(name, str):
        return ""
    if creator.get("nameType") != "Organizational" and name.count(",") == 1:
        last, first = (part.strip() for part in name.split(","))
        return f"{first} {last}"
    return name


def _date(work: Mapping[str, Any]) -> object:
    """The day of issue, if it is of the year of publication; else that year."""
    year = work.get("publicationYear") or work.get("published")
    dates = [mapping(one) for one in sequence(work.get("dates"))]
    for kind in _DATES:
        for day in (one.get("date") for one in dates if one.get("dateType") == kind):
            if isinstance(day, str) and (not year or day.startswith(str(year))):
                return day.partition("/")[0]
    return year


def _subjects(subjects: object) -> list[str]:
    """ArXiv's categories where it is arXiv's own DOI; other subjects are free words."""
    found = (mapping(one) for one in sequence(subjects))
    return [
        str(one["subject"]).rpartition("(")[2].rstrip(")")
        for one in found
        if one.get("subjectScheme") == "arXiv" and isinstance(one.get("subject"), str)
    ]


def _others(work: Mapping[str, Any]) -> list[str]:
    """Names at arXiv and elsewhere."""
    found = []
    for one in (*sequence(work.get("identifiers")), *sequence(work.get("alternateIdentifiers"))):
        kind = mapping(one).get("identifierType") or mapping(one).get("alternateIdentifierType")
        name = mapping(one).get("identifier") or mapping(one).get("alternateIdentifier")
        if isinstance(name, str) and isinstance(kind, str) and kind.lower() == "arxiv":
            found.append(f"arXiv:{name.removeprefix('arXiv:')}")
    return [*found, *addressed(work.get("url"))]


def _licence(rights: object) -> object:
    first = next(iter(sequence(rights)), None)
    return mapping(first).get("rightsIdentifier") or mapping(first).get("rights")
