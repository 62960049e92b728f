"""The commands that read: ``search``, ``similar``, ``show``, declared for Typer."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import batch as batch_options
from api.commands import options
from api.commands.asking import ask, ask_similar, show_one
from api.commands.shared_options import with_shared_options
from api.terminal.output import OutputFormat
from search.options import SearchOptions


@with_shared_options
def search(
    choices: SearchOptions,
    question: options.Question = "",
    batch: batch_options.Batch = None,
    fields: batch_options.ResultFields = "",
    index: options.IndexLocation = None,
    rerank: options.Rerank = None,
    format: OutputFormat = "",
) -> int | None:
    """Find the papers that answer a question, by meaning and by words."""
    return ask(choices, question, batch, fields, index, rerank, format)


@with_shared_options
def similar(
    choices: SearchOptions,
    id: options.ExampleIds = None,
    batch: batch_options.Batch = None,
    fields: batch_options.ResultFields = "",
    unlike: options.Unlike = None,
    text: options.ExampleText = "",
    index: options.IndexLocation = None,
    format: OutputFormat = "",
) -> int | None:
    """Find the papers nearest to given papers, to a text, or to both."""
    return ask_similar(choices, id, batch, fields, unlike, text, index, format)


@with_shared_options
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, in any notation.")],
    fields: batch_options.PaperFields = "",
    index: options.IndexLocation = None,
    export_format: OutputFormat = "",
) -> None:
    """Print one paper in full."""
    show_one(id, fields, index, export_format)
