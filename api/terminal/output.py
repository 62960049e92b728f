"""What people read on a terminal, and the streams that it goes to.

Results go to standard output: laid out for people on a terminal, one JSON object a line into a
pipe or a file. Everything else goes to standard error.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from api.exports.formats import FORMATS, ExportName
from api.field_selection import narrowed
from api.serialise import answer_json, paper_json, result_json, to_line
from api.wording import clean, message, understanding

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from indexer.maintenance.upkeep import Finding
    from indexer.papers.paper import Paper
    from search.answer.answer import Answer


Form = Literal["", "json", "table", ExportName]
"""How to print: by choice, else as fits where standard output goes."""


def say(text: str) -> None:
    """One line to standard error."""
    print(f"nearpaper: {message(text)}", file=sys.stderr, flush=True)  # noqa: T201


def prepare_streams() -> None:
    """Let neither a closed stream nor a character that the locale lacks stop the output."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def abandon_stdout() -> None:
    """After a failed write: keep the interpreter from trying, and complaining, again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def write_json(values: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line to standard output."""
    encoding = codecs.lookup(sys.stdout.encoding or "ascii").name
    for value in values:
        sys.stdout.write(to_line(value, ascii_only=encoding != "utf-8") + "\n")


def write_export(papers: Sequence[Paper], form: ExportName) -> None:
    """Papers in the format of another program to standard output."""
    sys.stdout.write(FORMATS[form].write(papers))


def show_answer(answer: Answer, *, form: Form = "") -> None:
    """A search answer: a list on a terminal, else one result a line, or as it was asked for."""
    for warning in answer.warnings:
        say(f"warning: {warning}")
    if form == "json":
        write_json([answer_json(answer)])
        return
    if line := understanding(answer.understood):
        say(line)
    if form == "table" or (form == "" and sys.stdout.isatty()):
        from api.terminal.answer_table import print_answer

        print_answer(answer)
    elif form == "":
        write_json(result_json(result) for result in answer.results)
    else:
        write_export([result.paper for result in answer.results], form)


def show_paper(paper: Paper, *, form: Form = "", fields: Collection[str] = ()) -> None:
    """One paper, whole or with some fields, or as it was asked for."""
    if form == "" or form == "json" or form == "table":
        show_record(narrowed(paper_json(paper), fields), as_json=form == "json")
    else:
        write_export([paper], form)


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
    """What is wrong with an index and how to mend it; standard error sums it up."""
    if sys.stdout.isatty():
        screen = console()
        for finding in findings:
            mend = f"; mend it with: {finding.remedy}" if finding.remedy else ""
            screen.print(shown(f"{finding.part}: {finding.problem}{mend}"))
    else:
        write_json(asdict(finding) for finding in findings)
    say(f"{len(findings):,} problems found" if findings else "the index is clean")


def _worded(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_worded(inner)}" for name, inner in value.items() if inner != "")
    if isinstance(value, list | tuple):
        return ", ".join(map(_worded, value))
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def shown(text: str, style: str = "") -> Text:
    """A Rich text, which is never read as markup."""
    from rich.text import Text

    return Text(clean(text), style=style)


def console() -> Console:
    """Standard output, for Rich texts and tables."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)
