"""``search --batch``: many questions from a file or standard input, an answer a line."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from api.field_selection import PAPER_FIELDS, RESULT_FIELDS, asked_fields, narrowed, narrowed_answer
from api.selection import Selection
from api.serialise import answer_json, result_json
from api.terminal import output as terminal
from api.terminal.output import Form
from api.wording import message
from indexer.errors import NearpaperError, SourceError, UsageError
from search.answer.answer import MAX_QUESTION, Answer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

Batch = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        metavar="FILE",
        help="Answer every line of a file, or of standard input for -, one JSON object a line.",
        show_default=False,
    ),
]
Fields = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help=f"Only these fields of the results, with commas between: {', '.join(RESULT_FIELDS)}.",
        show_default=False,
    ),
]
PaperFields = Annotated[
    str,
    typer.Option(
        "--fields",
        metavar="NAMES",
        help=f"Only these fields, with commas between: {', '.join(PAPER_FIELDS)}.",
        show_default=False,
    ),
]


def search_batch(
    file: Path,
    question: str,
    chosen: Selection,
    *,
    index: Path | None,
    fields: str,
    form: Form,
    rerank: str | None,
) -> int:
    """Answer every line; the exit code is 1 if one of them can't be asked."""
    from search.engine import Engine

    _require_lines(form)
    if question or rerank:
        raise UsageError("--batch takes neither QUESTION nor --rerank; put questions into its file")
    wanted = asked_fields(fields, RESULT_FIELDS)
    with _opened(file) as lines, Engine.open(index) as engine:
        return _write(engine.search_many(_read(lines), **chosen), wanted)


def similar_batch(
    file: Path, named: bool, chosen: Selection, *, index: Path | None, fields: str, form: Form
) -> int:
    """The neighbours of the paper of every line; the exit code is 1 if one is not there."""
    from search.engine import Engine

    _require_lines(form)
    if named:
        raise UsageError("--batch takes neither ID, --not nor --text; put ids into its file")
    wanted = asked_fields(fields, RESULT_FIELDS)
    with _opened(file) as lines, Engine.open(index) as engine:
        return _write(engine.similar_many(_read(lines), **chosen), wanted)


def _require_lines(form: Form) -> None:
    if form not in ("", "json"):
        raise UsageError(f"--batch and --{form}: answers come as JSON lines; leave --{form} out")


def _write(answers: Iterable[Answer | NearpaperError], fields: Collection[str]) -> int:
    """One line for each answer; for what has none, what is wrong, here and on standard error."""
    failed = 0
    for number, answer in enumerate(answers, start=1):
        if isinstance(answer, Answer):
            terminal.write_json([narrowed_answer(answer_json(answer), fields)])
        else:
            failed += 1
            terminal.write_json([{"line": number, "error": message(str(answer))}])
            terminal.say(f"line {number}: {answer}")
    return NearpaperError.exit_code if failed else 0


def write_fields(answer: Answer, fields: Collection[str], *, as_json: bool) -> None:
    """An answer with these fields of its results, as JSON."""
    if as_json:
        terminal.write_json([narrowed_answer(answer_json(answer), fields)])
    else:
        terminal.write_json(narrowed(result_json(one), fields) for one in answer.results)


def _opened(file: Path) -> AbstractContextManager[TextIO]:
    if str(file) == "-":
        return nullcontext(sys.stdin)
    try:
        return file.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise SourceError(f"{file}: can't be read ({error.strerror}); check it") from None


def _read(lines: TextIO) -> Iterator[str]:
    """The lines, none read further than shows that it is too long for a question."""
    while line := lines.readline(MAX_QUESTION + 2):
        rest = line
        while len(rest) > MAX_QUESTION + 1 and not rest.endswith("\n"):
            rest = lines.readline(MAX_QUESTION + 2)
        yield line.rstrip("\n")
