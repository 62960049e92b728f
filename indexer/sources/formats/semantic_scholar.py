"""Semantic Scholar: the papers and abstracts data sets as JSON Lines, and the API's answers.

Fields: https://api.semanticscholar.org/api-docs/ (API in camel case, data sets in lower case). An
abstract of the data sets comes without its paper's title; both name the paper's corpus id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from indexer.papers.fields import lower_keys
from indexer.sources.formats.json_shapes import json_reader, known, mapping, sequence

_PREFIXES = {
    "arxiv": "arXiv:",
    "acl": "ACL:",
    "doi": "",
    "corpusid": "CorpusId:",
    "pubmed": "PMID:",
    "pubmedcentral": "PMCID:",
}
"""Of the ids that others give a paper, the one to know it by first."""


def semantic_scholar_fields(record: Mapping[str, Any]) -> Mapping[str, object]:
    """The fields of a paper, or of an abstract alone."""
    paper = lower_keys(record)
    access = lower_keys(mapping(paper.get("openaccessinfo") or paper.get("openaccesspdf")))
    outer = lower_keys(mapping(paper.get("externalids") or access.get("externalids")))
    names, authors = list(_ids(paper, outer)), paper.get("authors")
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": outer.get("doi"),
        "title": paper.get("title"),
        "abstract": paper.get("abstract"),
        "authors": authors if isinstance(authors, str) else sequence(authors),
        "date": paper.get("publicationdate") or paper.get("year"),
        "url": paper.get("url"),
        "categories": _fields_of_study(paper),
        "venue": paper.get("venue") or mapping(paper.get("journal")).get("name"),
        "licence": access.get("license"),
    }


read_semantic_scholar = json_reader(semantic_scholar_fields)


def _ids(paper: Mapping[str, object], outer: Mapping[str, object]) -> Iterator[str]:
    outer = {"corpusid": paper.get("corpusid"), **outer}
    for kind, prefix in _PREFIXES.items():
        yield from known(outer.get(kind), prefix)
    yield from known(paper.get("paperid"))


def _fields_of_study(paper: Mapping[str, object]) -> list[str]:
    """``Computer Science`` and the like, whether as names or as objects."""
    values = sequence(paper.get("s2fieldsofstudy")) or sequence(paper.get("fieldsofstudy"))
    names = (mapping(value).get("category", value) for value in values)
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))
