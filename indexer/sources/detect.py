"""Which format an input is in, by the beginning of its content."""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.sources.formats.arxiv_snapshot import read_snapshot
from indexer.sources.formats.bibtex.reader import read_bibtex
from indexer.sources.formats.crossref import read_crossref
from indexer.sources.formats.csl import read_csl
from indexer.sources.formats.datacite import read_datacite
from indexer.sources.formats.document import read_document
from indexer.sources.formats.europe_pmc import read_europe_pmc
from indexer.sources.formats.huggingface import read_huggingface
from indexer.sources.formats.jsonl import is_jsonl, read_jsonl
from indexer.sources.formats.openalex import read_openalex
from indexer.sources.formats.page import AUTHORS, read_page
from indexer.sources.formats.semantic_scholar import read_semantic_scholar
from indexer.sources.formats.tables.columnar import (
    ARROW,
    ARROW_STREAM,
    PARQUET,
    read_arrow,
    read_parquet,
)
from indexer.sources.formats.tables.delimited import find_header, read_csv, read_tsv
from indexer.sources.formats.tagged.endnote import read_endnote
from indexer.sources.formats.tagged.nbib import read_nbib
from indexer.sources.formats.tagged.ris import read_ris
from indexer.sources.formats.tagged.web_of_science import read_web_of_science
from indexer.sources.formats.xml.acl import read_acl
from indexer.sources.formats.xml.arxiv_atom import read_arxiv_atom
from indexer.sources.formats.xml.arxiv_rss import read_arxiv_rss
from indexer.sources.formats.xml.dblp import read_dblp
from indexer.sources.formats.xml.endnote_xml import read_endnote_xml
from indexer.sources.formats.xml.oai_pmh import read_oai_pmh
from indexer.sources.formats.xml.pubmed import read_pubmed
from indexer.sources.formats.zotero import read_zotero
from indexer.sources.reading.raw import Reader, TableReader
from indexer.sources.reading.stream import HEAD

Rule = Callable[[str, list[str]], bool]
"""Whether the beginning of a text, and its lines that aren't blank, look like a format."""

FORMATS: dict[str, Reader | TableReader] = {
    "jsonl": read_jsonl,
    "json": read_document,
    "csv": read_csv,
    "tsv": read_tsv,
    "huggingface": read_huggingface,
    "huggingface-page": read_page,
    "arxiv-snapshot": read_snapshot,
    "semantic-scholar": read_semantic_scholar,
    "openalex": read_openalex,
    "acl": read_acl,
    "bibtex": read_bibtex,
    "ris": read_ris,
    "csl-json": read_csl,
    "crossref": read_crossref,
    "datacite": read_datacite,
    "zotero": read_zotero,
    "europe-pmc": read_europe_pmc,
    "pubmed": read_pubmed,
    "nbib": read_nbib,
    "web-of-science": read_web_of_science,
    "endnote": read_endnote,
    "endnote-xml": read_endnote_xml,
    "dblp": read_dblp,
    "parquet": read_parquet,
    "arrow": read_arrow,
    "oai-pmh": read_oai_pmh,
    "arxiv-atom": read_arxiv_atom,
    "arxiv-rss": read_arxiv_rss,
}
"""Readers by the names that ``--format`` takes."""

TABLES = frozenset(("csv", "tsv", "parquet", "arrow"))
"""Formats whose ids may only count rows."""
SECOND_HAND = frozenset(
    (
        *("huggingface", "huggingface-page", "semantic-scholar", "openalex"),
        *("bibtex", "ris", "csl-json", "crossref", "datacite", "zotero", "europe-pmc", "pubmed"),
        *("nbib", "web-of-science", "endnote", "endnote-xml", "dblp"),
    )
)
"""Formats of those who list what others hold, and whose records only fill what these leave open."""
BINARY = frozenset(("parquet", "arrow"))
"""Formats that aren't text, so in no encoding."""
SEEKING = frozenset(("parquet",))
"""Formats that are not read from front to back, so not from a pipe."""

_ENTRY = re.compile(r'"paper"\s*:\s*\{')
_SNAPSHOT = re.compile(r'"authors_parsed"\s*:')
_OPENALEX = re.compile(r'"(?:abstract_inverted_index|authorships)"\s*:')
_SCHOLAR = re.compile(r'"(?:paperId|corpusid|externalids|externalIds)"\s*:')
_CSL = re.compile(r'"(?:date-parts|container-title|citation-key|family)"\s*:')
_OAI_PMH = re.compile(r"<(?:\w+:)?OAI-PMH[\s>]")
_ATOM = re.compile(r"<feed[\s>].*arxiv\.org/", re.DOTALL)
_ACL = re.compile(r"<(?:collection|volume)\b[^<>]*\sid=")
_BIBTEX = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_RIS = re.compile(r"^\W{0,3}TY[ \t]{1,6}-[ \t]{0,6}[A-Z]", re.MULTILINE)
_NBIB = re.compile(r"^\W{0,3}PMID *- *\d", re.MULTILINE)
_WOS = re.compile(r"^\W{0,3}(?:FN (?:Clarivate|Thomson|ISI)|PT [A-Z]\s*$)", re.MULTILINE)
_ENDNOTE = re.compile(r"^\W{0,3}%T[ \t]+\S", re.MULTILINE)
_EUROPE_PMC = re.compile(r'"(?:resultList|authorString)"\s*:')
_CROSSREF = re.compile(r'"(?:message-type|is-referenced-by-count|reference-count|message)"\s*:')
_ZOTERO = re.compile(r'"itemType"\s*:')
_DATACITE = re.compile(r'"(?:publicationYear|schemaVersion)"\s*:')
_DATACITE_LISTS = re.compile(r'"(?:titles|creators)"\s*:\s*\[')
_PUBMED = re.compile(r"<(?:PubmedArticle|PubmedBookArticle|PubmedArticleSet)[\s>]")
_DBLP = re.compile(r"<dblp(?:person)?[\s>]|<(?:article|inproceedings|incollection)\s[^<>]*key=\"")
_ENDNOTE_XML = re.compile(r"<records?>\s*<(?:record|database|source-app|rec-number|ref-type)[\s>]")
_ARXIV_RSS = re.compile(r"<rss[\s>].*arxiv\.org", re.DOTALL)


def detect_format(head: bytes) -> str | None:
    """The name of the format that begins with ``head``, or ``None``."""
    if name := detect_mark(head):
        return name
    text = head[:HEAD].decode("utf-8", "replace").lstrip()
    lines = [line for line in text.splitlines() if line.strip()]
    return next((name for name, looks_so in _RULES if lines and looks_so(text, lines)), None)


def detect_mark(head: bytes) -> str | None:
    """The name of the binary format whose mark begins ``head``, or ``None``."""
    return next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)


def _is_jsonl(text: str, _: list[str]) -> bool:
    return is_jsonl(text)


def _json_with(*keys: re.Pattern[str]) -> Rule:
    """JSON of which some record has keys that no other kind of record has all of."""
    return lambda text, _: text.startswith(("[", "{")) and all(key.search(text) for key in keys)


def _tagged(line: re.Pattern[str]) -> Rule:
    """Text with a line of some kind, and no JSON with such a line within a string."""
    return lambda text, _: not text.startswith(("[", "{")) and line.search(text) is not None


def _is_entries(text: str, _: list[str]) -> bool:
    return text.startswith("[") and _ENTRY.search(text) is not None


def _is_json(text: str, _: list[str]) -> bool:
    return text.startswith(("[", "{"))


def _is_tsv(_: str, lines: list[str]) -> bool:
    header = find_header(lines)
    return header is not None and header.delimiter == "\t"


def _is_csv(_: str, lines: list[str]) -> bool:
    return find_header(lines) is not None


def _is_page(_: str, lines: list[str]) -> bool:
    return any(AUTHORS.fullmatch(line.strip()) for line in lines)


def _xml_with(element: re.Pattern[str]) -> Rule:
    """XML with an element that no other kind of it has."""
    return lambda text, _: text.startswith("<") and element.search(text) is not None


_MARKS = {PARQUET: "parquet", ARROW: "arrow", ARROW_STREAM: "arrow"}
_RULES: tuple[tuple[str, Rule], ...] = (
    ("huggingface", _is_entries),
    ("arxiv-snapshot", _json_with(_SNAPSHOT)),
    ("openalex", _json_with(_OPENALEX)),
    ("semantic-scholar", _json_with(_SCHOLAR)),
    ("zotero", _json_with(_ZOTERO)),
    ("europe-pmc", _json_with(_EUROPE_PMC)),
    ("datacite", _json_with(_DATACITE, _DATACITE_LISTS)),
    ("crossref", _json_with(_CROSSREF)),
    ("csl-json", _json_with(_CSL)),
    ("jsonl", _is_jsonl),
    ("json", _is_json),
    ("oai-pmh", _xml_with(_OAI_PMH)),
    ("arxiv-atom", _xml_with(_ATOM)),
    ("arxiv-rss", _xml_with(_ARXIV_RSS)),
    ("pubmed", _xml_with(_PUBMED)),
    ("endnote-xml", _xml_with(_ENDNOTE_XML)),
    ("dblp", _xml_with(_DBLP)),
    ("acl", _xml_with(_ACL)),
    ("bibtex", _tagged(_BIBTEX)),
    ("ris", _tagged(_RIS)),
    ("nbib", _tagged(_NBIB)),
    ("web-of-science", _tagged(_WOS)),
    ("endnote", _tagged(_ENDNOTE)),
    ("tsv", _is_tsv),
    ("csv", _is_csv),
    ("huggingface-page", _is_page),
)
"""In this order: what a rule takes for granted, those before it have ruled out."""
