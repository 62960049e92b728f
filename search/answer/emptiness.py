"""Why no paper passes, and what to leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.snapshot import Snapshot
from indexer.where import ALL, Where, both, without
from search.answer.answer import Answer
from search.options import SearchOptions
from search.query.conditions import Condition, conditions
from search.query.parser import Query
from search.ranking.retriever import located

MOST = 4
"""Conditions that are named."""


def explained(
    snapshot: Snapshot,
    answer: Answer,
    options: SearchOptions,
    query: Query | None = None,
    examples: Sequence[str] = (),
) -> Answer:
    """An answer, which says why if no paper passes.

    Args:
        snapshot: That was asked.
        answer: What it said.
        options: What was chosen beside the question.
        query: The question, if there was one.
        examples: Ids of the papers that were given as examples, which never come back.
    """
    if answer.total or options.arrived is not None:  # that nothing is new needs no reason
        return answer
    if not snapshot.about.papers:
        why = "the index is empty; add papers with `nearpaper index`"
    else:
        demanded = list(conditions(query, options.filters, snapshot.stems))
        others = without(ALL, tuple(located(snapshot, examples).tolist()))
        why = _unmet(snapshot, demanded)
        if not why and answer.understood["mode"] == "lexical":
            passing = both(others, options.where(query, snapshot.stems))
            why = _no_word(snapshot, passing, demanded, of_examples=bool(examples))
        why = why or _not_together(snapshot, others, demanded)
    return replace(answer, warnings=(*answer.warnings, why)) if why else answer


def _unmet(snapshot: Snapshot, demanded: Sequence[Condition]) -> str:
    """The conditions that no paper meets."""
    unmet = [each.unmet for each in demanded if not snapshot.count(each.where)]
    return "; ".join(unmet[:MOST])


def _no_word(
    snapshot: Snapshot, passing: Where, demanded: Sequence[Condition], *, of_examples: bool
) -> str:
    """That the words are what is missing, if papers pass."""
    if not snapshot.count(passing):
        return ""
    paper, asked = ("other paper", "example") if of_examples else ("paper", "question")
    passes = " that passes the filters" if demanded else ""
    return f"no {paper}{passes} contains a word of the {asked}; search by meaning as well"


def _not_together(snapshot: Snapshot, others: Where, demanded: Sequence[Condition]) -> str:
    """How many papers there are without one of the conditions; empty where nothing is demanded.

    Args:
        snapshot: That was asked.
        others: All papers but the examples.
        demanded: The conditions, each of which some paper meets.
    """
    other = "" if others == ALL else "other "
    if other and not (demanded and snapshot.count(others)):
        return "there is no other paper"  # or copies of the examples alone
    counts = [(snapshot.count(_without(each, demanded, others)), each.named) for each in demanded]
    helping = sorted((one for one in counts if one[0]), key=lambda one: -one[0])[:MOST]
    if helping:
        return f"no {other}paper meets every condition: " + ", ".join(
            f"{_papers(count)} without {named}" for count, named in helping
        )
    return f"no {other}paper meets every condition; leave out several of them" if demanded else ""


def _without(left_out: Condition, demanded: Sequence[Condition], where: Where) -> Where:
    """All conditions but one, of some papers."""
    for each in demanded:
        if each is not left_out:
            where = both(where, each.where)
    return where


def _papers(count: int) -> str:
    return f"{count:,} match{'es' if count == 1 else ''}"
