"""``nearpaper evaluate``: the quality and speed of each mode on collections of known answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.commands import options
from api.terminal.streams import console, shown, write_json
from api.wording import counted

if TYPE_CHECKING:
    from search.evaluation.evaluate import Score

_HEADS = {
    "ndcg@10": "nDCG@10",
    "recall@5": "R@5",
    "recall@20": "R@20",
    "recall@100": "R@100",
    "mrr": "MRR",
}


class ModeName(StrEnum):
    """A mode as an option that may be repeated, which a ``Literal`` may not."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


def evaluate(
    collection: Annotated[
        list[Path],
        typer.Argument(
            metavar="COLLECTION...",
            help="Folders with corpus.jsonl, queries.jsonl and qrels.tsv or qrels/test.tsv; the "
            "files may be compressed.",
        ),
    ],
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
        typer.Option(help="Papers that each question ranks: all, or only those judged for it."),
    ] = "all",
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Sentence-transformers model, by name or path.",
            show_default="all-MiniLM-L6-v2",
        ),
    ] = None,
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
        bool, typer.Option("--json", help="Print one JSON object for each collection and mode.")
    ] = False,
    table: options.TableFlag = False,
) -> None:
    """Measure how well and how fast each mode answers questions with known answers.

    Papers are indexed in the user's cache ($NEARPAPER_CACHE), which keeps their vectors.
    """
    from api.terminal.progress_bar import ProgressBar
    from search.evaluation.evaluate import evaluate as run
    from search.options import MODES

    modes = [known for known in MODES if not mode or known in mode]
    scores = run(
        collection,
        corpus=corpus,
        model=model,
        modes=modes,
        pool=pool,
        watch=ProgressBar,
        cluster=index,
    )
    if json or not (table or sys.stdout.isatty()):
        write_json(map(score_json, scores))
    else:
        _print(list(scores))


def score_json(score: Score) -> dict[str, Any]:
    """One collection and mode; ``versus`` is ``null`` except for the default mode."""
    versus = score.versus and {
        "mode": score.versus.mode,
        **{name: round(value, 6) for name, value in asdict(score.versus.by).items()},
    }
    return {
        "collection": score.collection,
        "mode": score.mode,
        **{name: round(value, 6) for name, value in score.means.items()},
        "p50_ms": round(score.p50_ms, 3),
        "p95_ms": round(score.p95_ms, 3),
        "questions": score.questions,
        "papers": score.papers,
        "missing": score.missing,
        "versus": versus,
    }


def _print(scores: Sequence[Score]) -> None:
    """A table of all scores and their means, then what is known about the differences."""
    from rich.table import Table

    from search.evaluation.evaluate import macro

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("collection", overflow="fold")
    table.add_column("mode")
    for head in (*_HEADS.values(), "p50 ms", "p95 ms"):
        table.add_column(head, justify="right", no_wrap=True)
    for score in scores:
        times = (f"{score.p50_ms:.1f}", f"{score.p95_ms:.1f}")
        table.add_row(shown(score.collection), score.mode, *_means(score.means), *times)
    if len(scores) > len({score.mode for score in scores}):
        for mode, means in macro(scores).items():
            table.add_row(shown("macro average", "bold"), mode, *_means(means))
    screen = console()
    screen.print(table)
    for score in scores:
        if score.mode == scores[0].mode:
            screen.print(shown(_note(score)))


def _means(means: dict[str, float]) -> list[str]:
    return [f"{means[name]:.3f}" for name in _HEADS]


def _note(score: Score) -> str:
    """What a collection holds, and how sure the lead of the default mode is."""
    asked, held = counted(score.questions, "question"), counted(score.papers, "paper")
    note = f"{score.collection}: {asked}, {held}"
    if score.missing:
        note += f", {score.missing:,} relevant ones missing"
    if score.versus:
        by = score.versus.by
        note += (
            f"; {score.mode} against {score.versus.mode}: nDCG@10 {by.difference:+.3f}, "
            f"95 % interval {by.low:+.3f} to {by.high:+.3f}, p {_chance(by.p)}"
        )
    return note


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
