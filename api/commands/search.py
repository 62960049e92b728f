"""The commands that read: ``search``, ``similar``, ``show``."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import batch as batch_options
from api.commands import options
from api.commands.batch import search_batch, similar_batch, write_fields
from api.commands.shared_options import choosing
from api.field_selection import PAPER_FIELDS, RESULT_FIELDS, asked_fields, require_json
from api.selection import Selection
from api.terminal import output as terminal
from api.terminal.output import Form

if TYPE_CHECKING:
    from search.answer.answer import Answer


@choosing
def search(
    chosen: Selection,
    question: options.Question = "",
    batch: batch_options.Batch = None,
    fields: batch_options.Fields = "",
    index: options.IndexFolder = None,
    rerank: options.Rerank = None,
    form_or_table: Form = "",
) -> int | None:
    """Find the papers that answer a question, by meaning and by words."""
    from search.engine import Engine
    from search.ranking.rerank import load_reranker

    if batch is not None:
        return search_batch(
            batch, question, chosen, index=index, fields=fields, form=form_or_table, rerank=rerank
        )
    wanted = asked_fields(fields, RESULT_FIELDS)
    require_json(wanted, form_or_table)
    with Engine.open(index) as engine:
        reranker = load_reranker(rerank) if rerank else None
        answer = engine.search(question, reranker=reranker, **chosen)
        _print(answer, wanted, form_or_table)
    return None


@choosing
def similar(
    chosen: Selection,
    id: options.Examples = None,
    batch: batch_options.Batch = None,
    fields: batch_options.Fields = "",
    unlike: options.Unlike = None,
    text: options.Text = "",
    index: options.IndexFolder = None,
    form_or_table: Form = "",
) -> int | None:
    """Find the neighbours of papers of the index, of a text, or of both."""
    from search.engine import Engine

    if batch is not None:
        named = bool(id or unlike or text)
        return similar_batch(batch, named, chosen, index=index, fields=fields, form=form_or_table)
    wanted = asked_fields(fields, RESULT_FIELDS)
    require_json(wanted, form_or_table)
    with Engine.open(index) as engine:
        answer = engine.similar(id or (), unlike=unlike or (), text=text, **chosen)
        _print(answer, wanted, form_or_table)
    return None


def _print(answer: Answer, fields: Collection[str], form: Form) -> None:
    if fields:
        write_fields(answer, fields, as_json=form == "json")
    else:
        terminal.show_answer(answer, form=form)


@choosing
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, however it is written.")],
    fields: batch_options.PaperFields = "",
    index: options.IndexFolder = None,
    form: Form = "",
) -> None:
    """Print one paper, whole."""
    from search.engine import Engine

    wanted = asked_fields(fields, PAPER_FIELDS)
    require_json(wanted, form)
    with Engine.open(index) as engine:
        terminal.show_paper(engine.paper(id), form=form, fields=wanted)
