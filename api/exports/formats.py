"""The formats that papers can be exported in, by the names that every face knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.exports.bibtex import bibtex
from api.exports.csl import csl_json
from api.exports.csv_table import table
from api.exports.markdown import markdown
from api.exports.names import ExportName
from api.exports.ris import ris
from api.serialise import paper_json, to_line
from indexer.papers.paper import Paper


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format.

    Attributes:
        title: What people call it.
        media_type: As IANA registered it, or as programs that take it expect it.
        suffix: Of a file's name, without the dot.
        write: Makes the text, which ends in a line break.
    """

    title: str
    media_type: str
    suffix: str
    write: Callable[[Sequence[Paper]], str]


def json_lines(papers: Sequence[Paper]) -> str:
    """One object a line, with every field of a paper."""
    return "".join(f"{to_line(paper_json(paper))}\n" for paper in papers)


FORMATS: dict[ExportName, ExportFormat] = {
    "bibtex": ExportFormat("BibTeX", "application/x-bibtex", "bib", bibtex),
    "ris": ExportFormat("RIS", "application/x-research-info-systems", "ris", ris),
    "csl": ExportFormat("CSL-JSON", "application/vnd.citationstyles.csl+json", "json", csl_json),
    "csv": ExportFormat("CSV", "text/csv", "csv", table),
    "jsonl": ExportFormat("JSON Lines", "application/jsonl", "jsonl", json_lines),
    "markdown": ExportFormat("Markdown", "text/markdown", "md", markdown),
}
