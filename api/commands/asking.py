"""What ``search``, ``similar`` and ``show`` do, however their command line was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.field_selection import (
    PAPER_FIELDS,
    RESULT_FIELDS,
    narrowed,
    narrowed_answer,
    parse_fields,
    require_json,
)
from api.serialise import answer_json, result_json
from api.terminal.output import show_answer, show_notes, show_paper
from api.terminal.streams import write_json
from api.terminal.trace import trace

if TYPE_CHECKING:
    from api.terminal.output import OutputFormat
    from search.answer.answer import Answer
    from search.options import SearchOptions


def ask(
    choices: SearchOptions,
    question: str = "",
    batch: Path | None = None,
    fields: str = "",
    index: str | None = None,
    rerank: str | None = None,
    format: OutputFormat = "",
) -> int | None:
    """Print the papers that answer a question, or each of a batch; the exit code."""
    from search.engine import Engine

    if batch is not None:
        from api.commands.batch import search_batch

        return search_batch(
            batch, question, choices, index=index, fields=fields, format=format, rerank=rerank
        )
    wanted = parse_fields(fields, RESULT_FIELDS)
    require_json(wanted, format)
    with trace(Engine.open(index)) as engine:
        reranker = None
        if rerank:
            from search.ranking.rerank import load_reranker

            reranker = load_reranker(rerank)
        _print(engine.search(question, choices, reranker=reranker), wanted, format)
    return None


def ask_similar(
    choices: SearchOptions,
    id: Sequence[str] | None = None,
    batch: Path | None = None,
    fields: str = "",
    unlike: Sequence[str] | None = None,
    text: str = "",
    index: str | None = None,
    format: OutputFormat = "",
) -> int | None:
    """Print the papers nearest to some, or to each of a batch; the exit code."""
    from search.engine import Engine

    if batch is not None:
        from api.commands.batch import similar_batch

        named = bool(id or unlike or text)
        return similar_batch(batch, named, choices, index=index, fields=fields, format=format)
    wanted = parse_fields(fields, RESULT_FIELDS)
    require_json(wanted, format)
    with trace(Engine.open(index)) as engine:
        answer = engine.similar(id or (), choices, unlike=unlike or (), text=text)
        _print(answer, wanted, format)
    return None


def show_one(
    id: str, fields: str = "", index: str | None = None, export_format: OutputFormat = ""
) -> None:
    """Print one paper in full."""
    from search.engine import Engine

    wanted = parse_fields(fields, PAPER_FIELDS)
    require_json(wanted, export_format)
    with trace(Engine.open(index)) as engine:
        show_paper(engine.paper(id), format=export_format, fields=wanted)


def _print(answer: Answer, fields: Collection[str], format: OutputFormat) -> None:
    if fields:
        show_notes(answer, understood=format != "json")
        _write_fields(answer, fields, as_json=format == "json")
    else:
        show_answer(answer, format=format)


def _write_fields(answer: Answer, fields: Collection[str], *, as_json: bool) -> None:
    """An answer with these fields of its results, as JSON."""
    if as_json:
        write_json([narrowed_answer(answer_json(answer), fields)])
    else:
        write_json(narrowed(result_json(one), fields) for one in answer)
