"""Why no paper passes, and what to leave out."""

from __future__ import annotations

from dataclasses import replace

from indexer.snapshot import Snapshot
from indexer.where import ALL, Where, both
from search.answer.answer import Answer
from search.options import SearchOptions
from search.query.conditions import Condition, conditions
from search.query.parser import Query

MOST = 4
"""Conditions that are named."""


def explained(
    snapshot: Snapshot, answer: Answer, options: SearchOptions, query: Query | None = None
) -> Answer:
    """An answer, which says why if no paper passes."""
    if answer.total or options.arrived is not None:  # that nothing is new needs no reason
        return answer
    why = why_empty(snapshot, options, query)
    return replace(answer, warnings=(*answer.warnings, why)) if why else answer


def why_empty(snapshot: Snapshot, options: SearchOptions, query: Query | None = None) -> str:
    """One line on an answer without papers; empty where there is nothing to tell.

    Either the conditions that no paper meets, or how many papers there are without one of them.
    """
    if not snapshot.about.papers:
        return "the index is empty; add papers with `nearpaper index`"
    demanded = list(conditions(query, options.filters, snapshot.stems))
    unmet = [each.unmet for each in demanded if not snapshot.count(each.where)]
    if unmet:
        return "; ".join(unmet[:MOST])
    where = options.where(query, snapshot.stems)
    if snapshot.count(where):
        held = "no paper that passes the filters" if demanded else "no paper"
        return f"{held} contains a word of the question; search by meaning as well"
    counts = [(snapshot.count(_without(each, demanded)), each.named) for each in demanded]
    helping = sorted((one for one in counts if one[0]), key=lambda one: -one[0])[:MOST]
    if helping:
        return "no paper meets every condition: " + ", ".join(
            f"{_papers(count)} without {named}" for count, named in helping
        )
    return "no paper meets every condition; leave out several of them" if demanded else ""


def _without(left_out: Condition, demanded: list[Condition]) -> Where:
    """All conditions but one."""
    where: Where = ALL
    for each in demanded:
        if each is not left_out:
            where = both(where, each.where)
    return where


def _papers(count: int) -> str:
    return f"{count:,} match{'es' if count == 1 else ''}"
