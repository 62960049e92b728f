"""PubMed's MEDLINE format, as ``Send to: Citation manager`` (``.nbib``) and ``PubMed`` save it.

Tags: https://www.nlm.nih.gov/bsd/mms/medlineelements.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from indexer.papers.loose_dates import loose_date
from indexer.papers.persons import swapped, without_generation
from indexer.sources.formats.identifiers import doi_of, known_doi, known_pubmed
from indexer.sources.formats.tagged.lines import (
    Grammar,
    Values,
    every,
    first,
    joined,
    read_tagged,
)
from indexer.sources.formats.tagged.ris import printed_name
from indexer.sources.reading.raw import Bad, Raw

_GRAMMAR = Grammar(
    tag=re.compile(rb"[^A-Za-z0-9 ]{0,3}([A-Z][A-Z0-9]{1,3}) {0,2}- "), first=frozenset(("PMID",))
)
RETRACTED = "Retracted Publication"
"""PubMed's type of publication; a ``Retraction of Publication`` is the notice."""


def read_nbib(stream: BinaryIO) -> Iterator[Raw | Bad]:
    """One record for every ``PMID`` line."""
    return read_tagged(stream, _GRAMMAR, nbib_fields)


def nbib_fields(values: Values) -> Mapping[str, object]:
    """The fields of a record."""
    number, doi = first(values, "PMID"), _doi(values)
    names = [*known_doi(doi), *known_pubmed(number), *known_pubmed(first(values, "PMC"), "pmcid")]
    return {
        "id": next(iter(names), None),
        "ids": names,
        "doi": doi,
        "title": pubmed_title(first(values, "TI", "BTI", "TT")),
        "abstract": joined(values, "AB", "OAB"),
        "authors": [*_authors(values), *every(values, "CN")],
        "date": pubmed_date(first(values, "DP"), first(values, "DEP")),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number.isdecimal() else None,
        "venue": first(values, "JT", "TA", "CTI"),
        "retracted": RETRACTED in every(values, "PT") or bool(every(values, "RIN")),
    }


def pubmed_title(title: str) -> str:
    """A title without its full stop, and without the brackets around one that was translated."""
    bare = title.strip()
    if bare.endswith(".") and not bare.endswith(".."):
        bare = bare[:-1]
    return bare[1:-1] if _is_bracketed(bare) else bare


def _is_bracketed(title: str) -> bool:
    """Whether the bracket that a title begins with is closed by its last character."""
    depth = 0
    for place, sign in enumerate(title):
        depth += (sign == "[") - (sign == "]")
        if depth <= 0:
            return place > 0 and place == len(title) - 1
    return False


def pubmed_date(printed: str, online: str) -> str:
    """The day in print, or the one on the web where that is the same year and more exact."""
    dates = [loose_date(printed), loose_date(online)]
    year = next((date[:4] for date in dates if date), "")
    return max((date for date in dates if date.startswith(year)), key=len)


def _authors(values: Values) -> list[str]:
    """Full names where they are known, else initials behind the family's."""
    full = every(values, "FAU")
    return list(map(_full, full)) if full else list(map(swapped, every(values, "AU")))


def _full(name: str) -> str:
    """``King, Martin Luther Jr`` in its natural order; here no comma stands before the last."""
    bare, generation = without_generation(name)
    return printed_name(f"{bare}, {generation}" if "," in bare and generation else name)


def _doi(values: Values) -> str:
    texts = (*every(values, "LID"), *every(values, "AID"), *every(values, "SO"))
    return next(filter(None, map(doi_of, texts)), "")
