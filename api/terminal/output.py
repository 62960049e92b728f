"""Answers, papers and records on standard output.

On a terminal they are laid out for people, into a pipe or a file they go as one JSON object a line.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from api.exports.names import ExportName
from api.field_selection import narrowed
from api.serialise import answer_json, paper_json, result_json
from api.terminal.answer_table import print_answer
from api.terminal.streams import console, say, shown, write_json
from api.wording import counted, heard, understanding

if TYPE_CHECKING:
    from indexer.maintenance.check import Finding
    from indexer.papers.paper import Paper
    from search.answer.answer import Answer

OutputFormat = Literal["", "json", "table", ExportName]
"""How to print; by default as fits where standard output goes."""


def write_export(papers: Sequence[Paper], format: ExportName) -> None:
    """Papers in the format of another program to standard output."""
    from api.exports.formats import FORMATS

    sys.stdout.write(FORMATS[format].write(papers))


def show_answer(answer: Answer, *, format: OutputFormat = "") -> None:
    """A search answer: a list on a terminal, else one result a line, or in the chosen format."""
    show_notes(answer, understood=format != "json")
    if format == "json":
        write_json([answer_json(answer)])
        return
    if format == "table" or (format == "" and sys.stdout.isatty()):
        print_answer(answer)
    elif format == "":
        write_json(result_json(result) for result in answer.results)
    else:
        write_export([result.paper for result in answer.results], format)


def show_notes(answer: Answer, *, understood: bool = True) -> None:
    """The warnings of an answer and, if wanted, what was searched for, to standard error."""
    for warning in answer.warnings:
        say(f"warning: {warning}")
    if understood and (line := understanding(answer.understood)):
        say(line)
    if understood and (words := heard(answer.understood)):
        say(f"read from “{words}”; --literal takes words as words")


def show_paper(paper: Paper, *, format: OutputFormat = "", fields: Collection[str] = ()) -> None:
    """One paper, whole or with some fields, or in the chosen format."""
    if format == "" or format == "json" or format == "table":
        show_record(narrowed(paper_json(paper), fields), as_json=format == "json")
    else:
        write_export([paper], format)


def show_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Named values: two columns on a terminal, else one JSON object."""
    if as_json or not sys.stdout.isatty():
        write_json([record])
        return
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in record.items():
        if value is not None and value != []:
            table.add_row(shown(name.replace("_", " "), "dim"), shown(_worded(value)))
    console().print(table)


def show_findings(findings: Sequence[Finding]) -> None:
    """What is wrong with an index and how to fix it; standard error sums it up."""
    if sys.stdout.isatty():
        screen = console()
        for finding in findings:
            fix = f"; to fix it: {finding.remedy}" if finding.remedy else ""
            screen.print(shown(f"{finding.part}: {finding.problem}{fix}"))
    else:
        write_json(asdict(finding) for finding in findings)
    say(f"{counted(len(findings), 'problem')} found" if findings else "no problems found")


def _worded(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_worded(inner)}" for name, inner in value.items() if inner != "")
    if isinstance(value, list | tuple):
        return ", ".join(map(_worded, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
