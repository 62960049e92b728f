"""OpenAlex: works as JSON Lines, as its snapshot has them, or as its API answers.

Fields: https://docs.openalex.org/api-entities/works/work-object
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.sources.formats.json_shapes import json_reader, known, mapping, sequence

MAX_WORDS = 50_000
"""Words of an abstract: more than fit into the longest that a paper may have."""


def abstract_of(index: object) -> str:
    """The abstract that an inverted index (word → its positions) stands for.

    Words are put in order of their positions; gaps close, so that a position costs nothing
    however large it is.

    Raises:
        ValueError: That is no inverted index, or one of more than :data:`MAX_WORDS` words.
    """
    if index is None:
        return ""
    if not isinstance(index, Mapping):
        raise ValueError("abstract_inverted_index is not an object")
    placed: list[tuple[int, str]] = []
    for word, positions in index.items():
        if not isinstance(positions, list) or not all(map(_is_position, positions)):
            raise ValueError("abstract_inverted_index holds positions that are no whole numbers")
        if len(placed) + len(positions) > MAX_WORDS:
            raise ValueError(f"abstract_inverted_index holds more than {MAX_WORDS:,} words")
        placed += ((position, word) for position in positions)
    return " ".join(word for _, word in sorted(placed))


def openalex_fields(work: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of a work; raises ``ValueError`` if its abstract can't be read."""
    location = mapping(work.get("primary_location"))
    names = list(_ids(work))
    doi = work.get("doi")
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": work.get("title") or work.get("display_name"),
        "abstract": abstract_of(work.get("abstract_inverted_index")),
        "authors": [_author(authorship) for authorship in sequence(work.get("authorships"))],
        "date": work.get("publication_date") or work.get("publication_year"),
        "url": location.get("landing_page_url") or doi or work.get("id"),
        "categories": [mapping(topic).get("display_name") for topic in _topics(work)],
        "venue": mapping(location.get("source")).get("display_name"),
        "retracted": work.get("is_retracted"),
        "licence": location.get("license"),
    }


read_openalex = json_reader(openalex_fields)


def _is_position(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _author(authorship: object) -> object:
    entry = mapping(authorship)
    return mapping(entry.get("author")).get("display_name") or entry.get("raw_author_name") or ""


def _topics(work: Mapping[str, Any]) -> list[object]:
    named = [topic for topic in sequence(work.get("topics")) if mapping(topic).get("display_name")]
    return named[:10]


def _ids(work: Mapping[str, Any]) -> Iterator[str]:
    """All names of a work, the one to know it by first: arXiv's, the DOI, OpenAlex's own."""
    places = [work.get("primary_location"), *sequence(work.get("locations"))]
    addresses = [mapping(place).get("landing_page_url") for place in places]
    yield from (url for url in addresses if isinstance(url, str) and "arxiv.org/abs/" in url)
    yield from known(work.get("doi"))
    yield from known(work.get("id"))
    others = mapping(work.get("ids"))
    yield from known(others.get("pmid"))
