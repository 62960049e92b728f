"""The options that ``search`` and ``similar`` share, written down once.

Typer reads a command's options off its signature, and knows no group of options. So a command
takes one parameter ``chosen``, in whose place :func:`choosing` puts the shared ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

from api import options
from api.selection import Selection, selection

Command = Callable[..., int | None]


def _chosen(
    mode: options.Searching = "hybrid",
    limit: options.Limit = 10,
    offset: options.Offset = 0,
    after: options.After = "",
    before: options.Before = "",
    category: options.Category = None,
    author: options.Author = None,
    venue: options.Venue = None,
    sort: options.Order = "relevance",
    min_score: options.MinScore = 0.0,
    explain: options.Explain = False,
) -> Selection:
    return selection(
        mode=mode,
        limit=limit,
        offset=offset,
        after=after,
        before=before,
        category=category,
        author=author,
        venue=venue,
        sort=sort,
        min_score=min_score,
        explain=explain,
    )


def choosing(command: Command) -> Command:
    """Give a command the shared options instead of its parameter ``chosen``."""
    shared = signature(_chosen, eval_str=True).parameters

    @wraps(command)
    def with_options(**values: Any) -> int | None:  # noqa: ANN401 - whatever the options hold
        choice = {name: values.pop(name) for name in shared}
        return command(**values, chosen=_chosen(**choice))

    parameters = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for own in signature(command, eval_str=True).parameters.values()
        for parameter in (shared.values() if own.name == "chosen" else [own])
    ]
    vars(with_options).update(__signature__=Signature(parameters))
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options
