"""The commands that read: ``search``, ``similar``, ``show``."""

from __future__ import annotations

from typing import Annotated

import typer

from api import options, terminal
from api.choices import choosing
from api.selection import Selection
from api.terminal import Form


@choosing
def search(
    question: options.Question,
    chosen: Selection,
    index: options.IndexFolder = None,
    rerank: options.Rerank = None,
    form_or_table: Form = "",
) -> None:
    """Find the papers that answer a question, by meaning and by words."""
    from search.engine import Engine
    from search.rerank import load_reranker

    with Engine.open(index) as engine:
        reranker = load_reranker(rerank) if rerank else None
        answer = engine.search(question, reranker=reranker, **chosen)
        terminal.show_answer(answer, form=form_or_table)


@choosing
def similar(
    chosen: Selection,
    id: options.Examples = None,
    unlike: options.Unlike = None,
    text: options.Text = "",
    index: options.IndexFolder = None,
    form_or_table: Form = "",
) -> None:
    """Find the neighbours of papers of the index, of a text, or of both."""
    from search.engine import Engine

    with Engine.open(index) as engine:
        answer = engine.similar(id or (), unlike=unlike or (), text=text, **chosen)
        terminal.show_answer(answer, form=form_or_table)


@choosing
def show(
    id: Annotated[str, typer.Argument(metavar="ID", help="Id of a paper, however it is written.")],
    index: options.IndexFolder = None,
    form: Form = "",
) -> None:
    """Print one paper, whole."""
    from search.engine import Engine

    with Engine.open(index) as engine:
        terminal.show_paper(engine.paper(id), form=form)
