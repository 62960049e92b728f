"""``nearpaper model``: what a model is, how it runs here, and what an index with it takes."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import options
from api.terminal.output import show_record

if TYPE_CHECKING:
    from search.evaluation.description import Description


def model(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="Sentence-transformers model, by name or path.",
            show_default="all-MiniLM-L6-v2",
        ),
    ] = None,
    json: options.JsonFlag = False,
) -> None:
    """Show what a model is and how fast it runs on this machine.

    Loads it, and measures for some seconds.
    """
    from indexer.models.embedder import DEFAULT_MODEL
    from search.evaluation.description import describe

    found = describe(name or DEFAULT_MODEL)
    for_people = sys.stdout.isatty() and not json
    show_record(_worded(found) if for_people else description_json(found), as_json=json)


def description_json(found: Description) -> dict[str, Any]:
    """All that is known of a model, in one level."""
    return {
        **asdict(found.model),
        **asdict(found.card),
        "device": found.device,
        "papers_per_second": round(found.speed.papers_per_second, 1),
        "question_ms": round(found.speed.question_ms, 2),
        "disk_bytes_of_a_million": found.disk_bytes,
    }


def _worded(found: Description) -> dict[str, Any]:
    """What people choose by, in their units."""
    from api.terminal.progress_bar import size

    model, card, speed = found.model, found.card, found.speed
    return {
        "model": " ".join(filter(None, (model.name, model.revision))),
        "architecture": card.architecture or "unknown",
        "layers": card.layers,
        "parameters": card.parameters,
        "dimension": model.dimension,
        "reads": f"{model.max_tokens:,} tokens",
        "before a question": repr(model.query_prefix) if model.query_prefix else None,
        "before a paper": repr(model.document_prefix) if model.document_prefix else None,
        "pooling": model.pooling,
        "runs with": f"{model.runtime}, {model.precision}, {found.device}",
        "papers here": f"{speed.papers_per_second:,.1f} a second",
        "a question here": f"{speed.question_ms:,.1f} ms",
        "an index of a million papers": size(found.disk_bytes),
        "licence": card.licence or "not on its card",
        "languages": list(card.languages),
    }
