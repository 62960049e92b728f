"""Scores as tables: one model by itself, or others beside the first one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from api.terminal.streams import console, shown
from api.wording import counted

if TYPE_CHECKING:
    from rich.table import Table

    from search.evaluation.evaluate import Score
    from search.evaluation.metrics import Comparison
    from search.evaluation.side_by_side import Compared

_HEADS = {
    "ndcg@10": "nDCG@10",
    "recall@5": "R@5",
    "recall@20": "R@20",
    "recall@100": "R@100",
    "mrr": "MRR",
}
_MACRO = "macro average"


def print_scores(compared: Sequence[Compared]) -> None:
    """A table of all scores and their means, then what is known about the differences."""
    from search.evaluation.side_by_side import has_several

    several = has_several(compared)
    models = list(dict.fromkeys(one.score.model for one in compared))
    screen = console()
    if not models[1:]:
        screen.print(_scores([one.score for one in compared], several=several))
    for model in models[1:]:
        screen.print(shown(f"A: {models[0]}"))
        screen.print(shown(f"B: {model}"))
        screen.print(_beside(compared, model, several=several))
    first = compared[0].score
    for one in compared:
        if (one.score.model, one.score.mode) == (first.model, first.mode):
            screen.print(shown(_note(one.score, with_lead=not models[1:])))


def _scores(scores: Sequence[Score], *, several: bool) -> Table:
    """A row for each collection and mode."""
    from search.evaluation.evaluate import macro

    table = _table("collection", "mode", *_HEADS.values(), "p50 ms", "p95 ms")
    for score in scores:
        times = (f"{score.p50_ms:.1f}", f"{score.p95_ms:.1f}")
        table.add_row(shown(score.collection), score.mode, *_means(score.means), *times)
    if several:
        for (_, mode), means in macro(scores).items():
            table.add_row(shown(_MACRO, "bold"), mode, *_means(means))
    return table


def _beside(compared: Sequence[Compared], model: str, *, several: bool) -> Table:
    """A row for each measure, with both models' and the difference, in groups by mode.

    Ranking by words needs no model, so that mode stands there only if it is the only one.
    """
    from search.evaluation.side_by_side import overall

    modes = dict.fromkeys(one.score.mode for one in compared)
    left_out = "lexical" if len(modes) > 1 else ""
    table = _table("collection", "mode", "measure", "A", "B", "B against A, 95 % interval")
    for one in compared:
        second, first = one.score, one.first
        if first is not None and second.model == model and second.mode != left_out:
            for row in _differences(first.means, second.means, one.by):
                table.add_row(shown(second.collection), second.mode, *row)
            times = (f"{first.p50_ms:.1f}", f"{second.p50_ms:.1f}")
            table.add_row(shown(second.collection), second.mode, "p50 ms", *times)
    for total in overall(compared) if several else ():
        if total.first is not None and total.model == model and total.mode != left_out:
            for row in _differences(total.first.means, total.means, total.by):
                table.add_row(shown(_MACRO, "bold"), total.mode, *row)
    return table


def _table(*heads: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, head in enumerate(heads):
        if place == 0:
            table.add_column(head, overflow="fold")
        else:
            is_number = head not in ("mode", "measure")
            table.add_column(head, justify="right" if is_number else "left", no_wrap=True)
    return table


def _differences(
    first: Mapping[str, float], second: Mapping[str, float], by: Mapping[str, Comparison]
) -> Iterator[tuple[str, str, str, str]]:
    """Measure, both means and their difference, such as ``+0.012 [0.001, 0.024]``."""
    for name, head in _HEADS.items():
        found = by[name]
        interval = f"{found.difference:+.3f} [{found.low:.3f}, {found.high:.3f}]"
        yield head, f"{first[name]:.3f}", f"{second[name]:.3f}", interval


def _means(means: Mapping[str, float]) -> list[str]:
    return [f"{means[name]:.3f}" for name in _HEADS]


def _note(score: Score, *, with_lead: bool) -> str:
    """What a collection holds, and how sure the lead of the default mode is."""
    asked, held = counted(score.questions, "question"), counted(score.papers, "paper")
    note = f"{score.collection}: {asked}, {held}"
    if score.missing:
        note += f", {score.missing:,} relevant ones missing"
    if score.versus and with_lead:
        by = score.versus.by
        note += (
            f"; {score.mode} against {score.versus.mode}: nDCG@10 {by.difference:+.3f}, "
            f"95 % interval {by.low:+.3f} to {by.high:+.3f}, p {_chance(by.p)}"
        )
    return note


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
