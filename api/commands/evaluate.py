"""``nearpaper evaluate``: the quality and speed of each mode on collections of known answers."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.commands import options
from api.commands.options import chosen_model
from api.terminal.streams import write_json
from indexer.errors import UsageError

if TYPE_CHECKING:
    from search.evaluation.side_by_side import Compared, Overall


class ModeName(StrEnum):
    """A mode as an option that may be repeated, which a ``Literal`` may not."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


def evaluate(
    collection: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="COLLECTION",
            help="Folders with corpus.jsonl, queries.jsonl and qrels.tsv or qrels/test.tsv; the "
            "files may be compressed. Without one, 30 queries to the sample papers, which come "
            "with nearpaper.",
            show_default=False,
        ),
    ] = None,
    corpus: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="File of papers to use instead of the collection's own.",
            show_default=False,
        ),
    ] = None,
    pool: Annotated[
        Literal["all", "judged"],
        typer.Option(help="Papers ranked for each question: all, or only those judged for it."),
    ] = "all",
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Sentence-transformers model, by name or path; repeat it to compare others with "
            "the first.",
            show_default="all-MiniLM-L6-v2",
        ),
    ] = None,
    dimensions: options.Dimensions = None,
    query_prompt: options.QueryPrompt = None,
    document_prompt: options.DocumentPrompt = None,
    mode: Annotated[
        list[ModeName] | None,
        typer.Option(help="Measure this mode only; repeatable.", show_default="all three"),
    ] = None,
    index: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="ADDRESS",
            help="Measure on this cluster; papers are copied to an index of their own there, which "
            "is removed at the end.",
            show_default=False,
        ),
    ] = None,
    json: Annotated[
        bool,
        typer.Option("--json", help="Print a JSON object for each collection, model, mode."),
    ] = False,
    table: options.TableFlag = False,
) -> None:
    """Measure how well each mode answers questions with known answers.

    Papers are indexed in the user's cache ($NEARPAPER_CACHE), which keeps their vectors.
    """
    from api.terminal.evaluation_tables import print_scores
    from api.terminal.progress_bar import ProgressBar
    from indexer.models.embedder import DEFAULT_MODEL
    from search.evaluation.evaluate import evaluate as run
    from search.evaluation.side_by_side import side_by_side
    from search.options import MODES

    if json and table:
        raise UsageError("--json and --table: choose one format")
    modes = [known for known in MODES if not mode or known in mode]
    scores = run(
        collection or (),
        corpus=corpus,
        models=[
            chosen_model(name, dimensions, query_prompt, document_prompt) or DEFAULT_MODEL
            for name in model or (None,)
        ],
        modes=modes,
        pool=pool,
        watch=ProgressBar,
        cluster=index,
    )
    compared = side_by_side(scores)
    if json or not (table or sys.stdout.isatty()):
        write_json(_objects(compared))
    else:
        print_scores(list(compared))


def _objects(compared: Iterable[Compared]) -> Iterator[dict[str, Any]]:
    """One for each score; of several models on several collections, also their means."""
    from search.evaluation.side_by_side import has_several, overall

    seen = []
    for one in compared:
        seen.append(one)
        yield score_json(one)
    if has_several(seen) and any(one.first for one in seen):
        yield from map(_overall_json, overall(seen))


def score_json(compared: Compared) -> dict[str, Any]:
    """One collection, model and mode.

    ``versus`` is ``null`` except for the default mode, and ``against`` for the first model.
    """
    score = compared.score
    versus = score.versus and {"mode": score.versus.mode, **_rounded(asdict(score.versus.by))}
    return {
        "collection": score.collection,
        "model": score.model,
        "mode": score.mode,
        **_rounded(score.means),
        "p50_ms": round(score.p50_ms, 3),
        "p95_ms": round(score.p95_ms, 3),
        "questions": score.questions,
        "papers": score.papers,
        "missing": score.missing,
        "versus": versus,
        "against": _against(compared),
    }


def _overall_json(found: Overall) -> dict[str, Any]:
    """One model and mode over all collections, so that none is named."""
    return {
        "collection": None,
        "model": found.model,
        "mode": found.mode,
        **_rounded(found.means),
        "against": _against(found),
    }


def _against(found: Compared | Overall) -> dict[str, Any] | None:
    if found.first is None:
        return None
    by = {name: _rounded(asdict(comparison)) for name, comparison in found.by.items()}
    return {"model": found.first.model, **by}


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}
