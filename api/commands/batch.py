"""``--batch``: many questions or papers from a file or standard input, one answer a line."""

from __future__ import annotations

import io
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from api.field_selection import PAPER_FIELDS, RESULT_FIELDS, narrowed_answer, parse_fields
from api.serialise import answer_json
from api.terminal.output import OutputFormat
from api.terminal.streams import say, write_json
from api.wording import message
from indexer.errors import NearpaperError, SourceError, UsageError
from search.answer.answer import Answer
from search.limits import MAX_QUESTION
from search.options import SearchOptions

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Batch = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        metavar="FILE",
        help="Answer every line of this file (- for standard input), one JSON object a line.",
        show_default=False,
    ),
]
ResultFields = Annotated[
    str,
    typer.Option(
        "--fields",
        metavar="NAMES",
        help=f"Only these fields of the results, separated by commas: {', '.join(RESULT_FIELDS)}.",
        show_default=False,
    ),
]
PaperFields = Annotated[
    str,
    typer.Option(
        "--fields",
        metavar="NAMES",
        help=f"Only these fields, separated by commas: {', '.join(PAPER_FIELDS)}.",
        show_default=False,
    ),
]


def search_batch(
    file: Path,
    question: str,
    choices: SearchOptions,
    *,
    index: str | None,
    fields: str,
    format: OutputFormat,
    rerank: str | None,
) -> int:
    """Answer every line; the exit code is 1 if one of them has no answer."""
    from search.engine import Engine

    _require_lines(format)
    if question or rerank:
        raise UsageError("--batch and QUESTION or --rerank: put the questions in the file alone")
    wanted = parse_fields(fields, RESULT_FIELDS)
    with _opened(file) as lines, Engine.open(index) as engine:
        return _write(engine.answer_each(_read(lines), (), choices), wanted)


def similar_batch(
    file: Path,
    named: bool,
    choices: SearchOptions,
    *,
    index: str | None,
    fields: str,
    format: OutputFormat,
) -> int:
    """The papers similar to that of every line; the exit code is 1 if one isn't in the index."""
    from search.engine import Engine

    _require_lines(format)
    if named:
        raise UsageError("--batch and ID, --not or --text: put the ids in the file alone")
    wanted = parse_fields(fields, RESULT_FIELDS)
    with _opened(file) as lines, Engine.open(index) as engine:
        return _write(engine.answer_each((), _read(lines), choices), wanted)


def _require_lines(format: OutputFormat) -> None:
    if format not in ("", "json"):
        raise UsageError(f"--batch and --{format}: --batch prints JSON lines; leave out --{format}")


def _write(answers: Iterable[Answer | NearpaperError], fields: Collection[str]) -> int:
    """One line for each answer; where there is none, the error, here and on standard error."""
    failed = 0
    for number, answer in enumerate(answers, start=1):
        if isinstance(answer, Answer):
            write_json([narrowed_answer(answer_json(answer), fields)])
        else:
            failed += 1
            write_json([{"line": number, "error": message(str(answer))}])
            say(f"line {number}: {answer}")
    return NearpaperError.exit_code if failed else 0


def _opened(file: Path) -> AbstractContextManager[TextIO]:
    if str(file) == "-":
        if sys.stdin is None:
            raise SourceError("standard input is closed; name a file")
        if isinstance(sys.stdin, io.TextIOWrapper):  # else it holds text already
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        return nullcontext(sys.stdin)
    try:
        return file.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise SourceError(f"{file}: can't be read ({error.strerror}); check the file") from None


def _read(lines: TextIO) -> Iterator[str]:
    """The lines; of one that is too long for a question, only as much as shows that it is."""
    while line := lines.readline(MAX_QUESTION + 2):
        rest = line
        while len(rest) > MAX_QUESTION + 1 and not rest.endswith("\n"):
            rest = lines.readline(MAX_QUESTION + 2)
        yield line.rstrip("\r\n")
