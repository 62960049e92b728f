"""Ids that records of foreign shapes tell; what only fills a field, such as ``N/A``, is none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Literal

from indexer.papers.ids import archive_of, normalise_doi, normalise_id

_PUBMED = {
    kind: re.compile(
        rf"(?:{kind}:?\s*)?{letters}(\d{{1,10}})(?:\.\d{{1,3}})?[\s.,;]*", re.ASCII | re.IGNORECASE
    )
    for kind, letters in (("pmid", ""), ("pmcid", "(?:pmc)?"))
}
"""Also with a version, and with the mark that ends a list."""
_STRAY = frozenset(("arXiv:1011.1669v3", "pmid:25246403"))
"""Mendeley Desktop put these ids on records of any paper, which would all become one."""


def doi_of(value: object) -> str:
    """The DOI that a value is, empty where it is none."""
    with suppress(ValueError):
        return normalise_doi(value) if isinstance(value, str) else ""
    return ""


def known_doi(value: object) -> list[str]:
    """A DOI as a list of one id; so is an arXiv id that stands in its place."""
    doi = doi_of(value)
    return [doi] if doi else known_arxiv(value)


def known_arxiv(value: object) -> list[str]:
    """An arXiv id or address as a list of one id, with the version if it has one."""
    with suppress(ValueError):
        id, version = normalise_id(value) if isinstance(value, str) else ("", None)
        if archive_of(id) == "arxiv":
            return [f"arXiv:{id}v{version}" if version else f"arXiv:{id}"]
    return []


def known_pubmed(value: object, kind: Literal["pmid", "pmcid"] = "pmid") -> list[str]:
    """A number at PubMed, or at PubMed Central, as a list of one id."""
    match = _PUBMED[kind].fullmatch(str(value).strip())
    return [f"{kind}:{'PMC' if kind == 'pmcid' else ''}{match[1]}"] if match else []


def without_strays(names: Iterable[str]) -> list[str]:
    """The ids of a reference manager's record without those that it put there by mistake."""
    return [name for name in names if name not in _STRAY]
