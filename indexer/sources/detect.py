"""Which format an input is in, by the beginning of its content."""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.sources.formats.acl import read_acl
from indexer.sources.formats.arxiv_atom import read_arxiv_atom
from indexer.sources.formats.arxiv_snapshot import read_snapshot
from indexer.sources.formats.bibtex import read_bibtex
from indexer.sources.formats.columnar import ARROW, ARROW_STREAM, PARQUET, read_arrow, read_parquet
from indexer.sources.formats.csl import read_csl
from indexer.sources.formats.document import read_document
from indexer.sources.formats.huggingface import read_huggingface
from indexer.sources.formats.jsonl import is_jsonl, read_jsonl
from indexer.sources.formats.oai_pmh import read_oai_pmh
from indexer.sources.formats.openalex import read_openalex
from indexer.sources.formats.page import AUTHORS, read_page
from indexer.sources.formats.ris import read_ris
from indexer.sources.formats.semantic_scholar import read_semantic_scholar
from indexer.sources.formats.table import find_delimiter, read_csv, read_tsv
from indexer.sources.reading.raw import Reader
from indexer.sources.reading.stream import HEAD

Rule = Callable[[str, list[str]], bool]
"""Whether the beginning of a text, and its lines that aren't blank, look like a format."""

FORMATS: dict[str, Reader] = {
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
    "parquet": read_parquet,
    "arrow": read_arrow,
    "oai-pmh": read_oai_pmh,
    "arxiv-atom": read_arxiv_atom,
}
"""Readers by the names that ``--format`` takes."""

SECOND_HAND = frozenset(
    (
        *("huggingface", "huggingface-page", "semantic-scholar", "openalex"),
        *("bibtex", "ris", "csl-json"),
    )
)
"""Formats of those who list what others hold, and whose records only fill what these leave open."""
SEEKING = frozenset(("parquet",))
"""Formats that are not read from front to back, so not from a pipe."""

_ENTRY = re.compile(r'"paper"\s*:\s*\{')
_SNAPSHOT = re.compile(r'"authors_parsed"\s*:')
_OPENALEX = re.compile(r'"(?:abstract_inverted_index|authorships)"\s*:')
_SCHOLAR = re.compile(r'"(?:paperId|corpusid|externalids|externalIds)"\s*:')
_CSL = re.compile(r'"(?:date-parts|container-title|citation-key)"\s*:')
_OAI_PMH = re.compile(r"<(?:\w+:)?OAI-PMH[\s>]")
_ATOM = re.compile(r"<feed[\s>].*arxiv\.org/", re.DOTALL)
_ACL = re.compile(r"<(?:collection|volume)\b[^<>]*\sid=")
_BIBTEX = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_RIS = re.compile(r"^TY {1,2}- ?[A-Z]", re.MULTILINE)


def detect_format(head: bytes) -> str | None:
    """The name of the format that begins with ``head``, or ``None``."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    text = head[:HEAD].decode("utf-8", "replace").lstrip()
    lines = [line for line in text.splitlines() if line.strip()]
    return next((name for name, looks_so in _RULES if lines and looks_so(text, lines)), None)


def _is_jsonl(text: str, _: list[str]) -> bool:
    return is_jsonl(text)


def _json_with(key: re.Pattern[str]) -> Rule:
    """JSON of which some record has a key that no other kind of record has."""
    return lambda text, _: text.startswith(("[", "{")) and key.search(text) is not None


def _is_acl(text: str, _: list[str]) -> bool:
    return text.startswith("<") and _ACL.search(text) is not None


def _is_bibtex(text: str, _: list[str]) -> bool:
    return _BIBTEX.search(text) is not None and not text.startswith(("[", "{"))


def _is_ris(text: str, _: list[str]) -> bool:
    return _RIS.search(text) is not None and not text.startswith(("[", "{"))


def _is_entries(text: str, _: list[str]) -> bool:
    return text.startswith("[") and _ENTRY.search(text) is not None


def _is_json(text: str, _: list[str]) -> bool:
    return text.startswith(("[", "{"))


def _is_tsv(_: str, lines: list[str]) -> bool:
    return "\t" in lines[0] and find_delimiter(lines[0], "\t") is not None


def _is_csv(_: str, lines: list[str]) -> bool:
    return find_delimiter(lines[0], ",;") is not None


def _is_page(_: str, lines: list[str]) -> bool:
    return any(AUTHORS.fullmatch(line.strip()) for line in lines)


def _is_oai_pmh(text: str, _: list[str]) -> bool:
    return text.startswith("<") and _OAI_PMH.search(text) is not None


def _is_arxiv_atom(text: str, _: list[str]) -> bool:
    return text.startswith("<") and _ATOM.search(text) is not None


_MARKS = {PARQUET: "parquet", ARROW: "arrow", ARROW_STREAM: "arrow"}
_RULES: tuple[tuple[str, Rule], ...] = (
    ("huggingface", _is_entries),
    ("arxiv-snapshot", _json_with(_SNAPSHOT)),
    ("openalex", _json_with(_OPENALEX)),
    ("semantic-scholar", _json_with(_SCHOLAR)),
    ("csl-json", _json_with(_CSL)),
    ("jsonl", _is_jsonl),
    ("json", _is_json),
    ("oai-pmh", _is_oai_pmh),
    ("arxiv-atom", _is_arxiv_atom),
    ("acl", _is_acl),
    ("bibtex", _is_bibtex),
    ("ris", _is_ris),
    ("tsv", _is_tsv),
    ("csv", _is_csv),
    ("huggingface-page", _is_page),
)
"""In this order: what a rule takes for granted, those before it have ruled out."""
