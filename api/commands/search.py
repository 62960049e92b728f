"""The commands that read: ``search``, ``similar``, ``show``."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import batch as batch_options
from api.commands import options
from api.commands.batch import search_batch, similar_batch, write_fields
from api.commands.shared_options import with_shared_options
from api.field_selection import PAPER_FIELDS, RESULT_FIELDS, parse_fields, require_json
from api.terminal.output import OutputFormat, show_answer, show_notes, show_paper
from api.terminal.trace import trace
from search.options import SearchOptions

if TYPE_CHECKING:
    from search.answer.answer import Answer


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
    from search.engine import Engine
    from search.ranking.rerank import load_reranker

    if batch is not None:
        return search_batch(
            batch, question, choices, index=index, fields=fields, format=format, rerank=rerank
        )
    wanted = parse_fields(fields, RESULT_FIELDS)
    require_json(wanted, format)
    with trace(Engine.open(index)) as engine:
        reranker = load_reranker(rerank) if rerank else None
        _print(engine.search(question, choices, reranker=reranker), wanted, format)
    return None


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
    from search.engine import Engine

    if batch is not None:
        named = bool(id or unlike or text)
        return similar_batch(batch, named, choices, index=index, fields=fields, format=format)
    wanted = parse_fields(fields, RESULT_FIELDS)
    require_json(wanted, format)
    with trace(Engine.open(index)) as engine:
        answer = engine.similar(id or (), choices, unlike=unlike or (), text=text)
        _print(answer, wanted, format)
    return None


def _print(answer: Answer, fields: Collection[str], format: OutputFormat) -> None:
    if fields:
        show_notes(answer, understood=format != "json")
        write_fields(answer, fields, as_json=format == "json")
    else:
        show_answer(answer, format=format)


@with_shared_options
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, in any notation.")],
    fields: batch_options.PaperFields = "",
    index: options.IndexLocation = None,
    export_format: OutputFormat = "",
) -> None:
    """Print one paper in full."""
    from search.engine import Engine

    wanted = parse_fields(fields, PAPER_FIELDS)
    require_json(wanted, export_format)
    with trace(Engine.open(index)) as engine:
        show_paper(engine.paper(id), format=export_format, fields=wanted)
