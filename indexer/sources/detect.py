"""Which format an input is in, by the beginning of its content."""

from __future__ import annotations

import re
from collections.abc import Callable

from indexer.sources.arxiv_atom import read_arxiv_atom
from indexer.sources.document import read_document
from indexer.sources.huggingface import read_huggingface
from indexer.sources.jsonl import BadJSONError, parse_value, read_jsonl
from indexer.sources.oai_pmh import read_oai_pmh
from indexer.sources.page import AUTHORS, read_page
from indexer.sources.raw import Reader
from indexer.sources.table import find_delimiter, read_csv, read_tsv

FORMATS: dict[str, Reader] = {
    "jsonl": read_jsonl,
    "json": read_document,
    "csv": read_csv,
    "tsv": read_tsv,
    "huggingface": read_huggingface,
    "huggingface-page": read_page,
    "oai-pmh": read_oai_pmh,
    "arxiv-atom": read_arxiv_atom,
}
"""Readers by the names that ``--format`` takes."""

_ROOT_OAI_PMH = re.compile(r"<(?:\w+:)?OAI-PMH[\s>]")
_ROOT_ATOM = re.compile(r"<feed[\s>]")
_ENTRY = re.compile(r'"paper"\s*:\s*\{')


def detect_format(head: bytes) -> str | None:
    """The name of the format that begins with ``head``, or ``None``."""
    text = head.decode("utf-8", "replace").lstrip()
    lines = [line for line in text.splitlines() if line.strip()]
    return next((name for name, looks_so in _RULES if lines and looks_so(text, lines)), None)


def _is_jsonl(text: str, lines: list[str]) -> bool:
    """An object on a line of its own, or one that is longer than what we see.

    Lists may also be written with an object on every line, so a document that begins as a list
    counts as JSON Lines only where its first line is a value by itself and more lines follow.
    """
    if text.startswith("["):
        return len(lines) > 1 and _is_value(lines[0])
    if text.startswith("{") and len(lines) == 1:
        return True
    return any(line.startswith("{") and _is_value(line) for line in lines)


def _is_value(line: str) -> bool:
    try:
        return not line[parse_value(line)[1] :].strip()
    except BadJSONError:
        return False


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
    return text.startswith("<") and _ROOT_OAI_PMH.search(text) is not None


def _is_arxiv_atom(text: str, _: list[str]) -> bool:
    return text.startswith("<") and _ROOT_ATOM.search(text) is not None and "arxiv.org/" in text


_RULES: tuple[tuple[str, Callable[[str, list[str]], bool]], ...] = (
    ("jsonl", _is_jsonl),
    ("huggingface", _is_entries),
    ("json", _is_json),
    ("tsv", _is_tsv),
    ("csv", _is_csv),
    ("oai-pmh", _is_oai_pmh),
    ("arxiv-atom", _is_arxiv_atom),
    ("huggingface-page", _is_page),
)
"""In this order: what a rule takes for granted, those before it have ruled out."""
