"""The fields of a BibTeX or BibLaTeX entry as the fields of a paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from indexer.papers.loose_dates import loose_date
from indexer.papers.persons import unnumbered
from indexer.sources.formats.bibtex.latex import plain_text
from indexer.sources.formats.identifiers import (
    known_arxiv,
    known_doi,
    known_pubmed,
    without_strays,
)
from indexer.sources.formats.json_shapes import addressed

_PLACES = (
    *("journal", "journaltitle", "booktitle", "eventtitle", "school", "institution"),
    *("organization", "publisher"),
)
_TEXTS = ("title", "subtitle", "abstract", "date", "year", "month", "day", *_PLACES)
_IDENTIFYING = ("doi", "url", "eprint", "pmid", "pmcid")
_VERBATIM = ("author", "eprinttype", "archiveprefix", "volume", "ids")

READ = frozenset(
    (*_TEXTS, *_IDENTIFYING, *_VERBATIM, "note", "primaryclass", "crossref", "xdata", "series")
)
"""Names of the fields that say something of a paper."""

_BETWEEN = re.compile(r"\\.|[{}]| and(?= )", re.IGNORECASE)
_EXTENDED = re.compile(
    r"\s*\"?(?:family|given|prefix|suffix|useprefix|id)(?:-i)?\s*=", re.IGNORECASE
)
_PART = re.compile(r"\b(given|prefix|family|suffix)\s*=\s*(\{[^{}]*\}|[^,\"]*)", re.IGNORECASE)
_ESCAPED = re.compile(r"\{\\([_&%#$~<>{}])\}|\\([_&%#$~<>{}])")
_SIGN = re.compile(r"\{?\\text(asciitilde|underscore|less|greater)\b(?:\{\})?\s*\}?")
_SIGNS = {"asciitilde": "~", "underscore": "_", "less": "<", "greater": ">"}
_URL = re.compile(r"\\url\s*\{(.*?)\}?")
_PREPRINT = re.compile(
    r"(?:arxiv:\s*|\bcorr\b.{0,20}?\babs/)(\d{4}\.\d{4,5}|[a-z.-]+/\d{7})", re.IGNORECASE
)


def bibtex_fields(entry: Mapping[str, str], key: str = "") -> Mapping[str, object]:
    """The fields of a paper.

    Args:
        entry: Values by names in lower case.
        key: By which the library cites it. It means something in that library alone.

    Raises:
        ValueError: Braces are nested too deeply.
    """
    text = {name: plain_text(entry[name]) for name in _TEXTS if name in entry}
    entry = {name: _bare(was) if name in _IDENTIFYING else was for name, was in entry.items()}
    doi, url = entry.get("doi"), entry.get("url")
    names = without_strays([*_arxiv(entry), *addressed(url), *known_doi(doi), *_pubmed(entry)])
    return {
        "id": next(iter(names), None),
        "ids": names,
        "cite_keys": [key, *entry.get("ids", "").split(",")],
        "doi": doi,
        "title": _title(text),
        "abstract": text.get("abstract"),
        "authors": _authors(entry.get("author", "")),
        "date": _date(text),
        "url": url,
        "retracted": entry.get("note", "").strip("{} ").lower() == "retracted",
        "categories": entry.get("primaryclass", "").split(),
        "venue": next((text[place] for place in _PLACES if text.get(place)), None),
    }


def _title(text: Mapping[str, str]) -> str | None:
    """BibLaTeX keeps what stands behind a colon in a field of its own."""
    title, subtitle = text.get("title"), text.get("subtitle")
    return f"{title}: {subtitle}" if title and subtitle else title


def _date(text: Mapping[str, str]) -> str:
    """BibLaTeX's ``date``, or ``year`` with ``month`` in any way of writing that."""
    date = loose_date(text.get("date", "").partition("/")[0])
    return date or loose_date(*(text.get(part, "") for part in ("year", "month", "day")))


def _arxiv(entry: Mapping[str, str]) -> list[str]:
    """The arXiv id where ``eprint`` is one, or where a preprint's ``journal`` names it."""
    kind = entry.get("archiveprefix", entry.get("eprinttype", "arxiv"))
    if kind.lower() == "arxiv" and (names := known_arxiv(entry.get("eprint"))):
        return names
    found = _PREPRINT.search(" ".join(entry.get(name, "")[:500] for name in ("journal", "volume")))
    return [f"arXiv:{found[1]}"] if found else []


def _pubmed(entry: Mapping[str, str]) -> list[str]:
    """PubMed's numbers, which BibLaTeX has in ``eprint``."""
    kind = entry.get("eprinttype", "").lower().replace("pubmed", "pmid")
    eprint = {kind: entry.get("eprint")}
    return [
        *known_pubmed(entry.get("pmid") or eprint.get("pmid")),
        *known_pubmed(entry.get("pmcid") or eprint.get("pmcid"), "pmcid"),
    ]


def _bare(text: str) -> str:
    """A DOI, number or address without what it is written with for TeX."""
    if "\\" in text:
        text = _ESCAPED.sub(lambda escaped: escaped[1] or escaped[2], text)
        text = _SIGN.sub(lambda sign: _SIGNS[sign[1]], text)
    text = text.strip("{} \t\r\n")
    address = _URL.fullmatch(text)
    return address[1] if address else text


def _authors(names: str) -> list[str]:
    """Names as printed: ``van den Berg, Jan and {The Team}`` are two, particles kept."""
    # A line break between names is as good as a space.
    split = filter(None, map(str.strip, _split(f" {' '.join(names.split())} ")))
    return [plain_text(_printed(name)) for name in split if name.lower() != "others"]


def _split(names: str) -> Iterator[str]:
    r"""The names between "and"; within braces it is a part of a name.

    bibtexparser's own function loses the command that a second name begins with (``\c{C}elik``).
    """
    depth = start = 0
    for mark in _BETWEEN.finditer(names):
        if mark[0] in "{}":
            depth = max(0, depth + (1 if mark[0] == "{" else -1))
        elif not depth and not mark[0].startswith("\\"):
            yield names[start : mark.start()]
            start = mark.end()
    yield names[start:]


def _printed(name: str) -> str:
    """A name in its natural order, without the number by which DBLP tells namesakes apart."""
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    if _EXTENDED.match(name):
        return _extended(name)
    try:
        return parse_single_name_into_parts(unnumbered(name)).merge_first_name_first
    except InvalidNameError:
        return name


def _extended(name: str) -> str:
    """BibLaTeX's ``family=Rijn, given=Jan, prefix=van`` as ``Jan van Rijn``."""
    parts = {key.lower(): value.strip() for key, value in _PART.findall(name)}
    order = ("given", "prefix", "family", "suffix")
    return " ".join(parts[part] for part in order if parts.get(part))
