"""The options that reading commands share, and those that harvesting ones do, written down once.

Typer reads a command's options off its signature, and knows no group of options. So a command
takes one parameter ``chosen`` for what to search and one ``form`` for how to print it, or one
``common`` for what all harvests have, in whose places :func:`choosing` puts the shared options.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any

from api.commands import options
from api.selection import Selection, selection
from api.terminal.output import Form
from indexer.errors import UsageError

Command = Callable[..., int | None]


@dataclass(frozen=True, slots=True)
class Harvesting:
    """What ``fetch`` takes whatever the archive is; its fields are the options."""

    start: options.From = ""
    end: options.To = ""
    since_last: options.SinceLast = False
    exit_code: options.ExitCode = False
    index: options.IndexFolder = None
    base_url: options.BaseUrl = ""
    delay: options.Delay = None
    model: options.Model = None
    keep_doubles: options.KeepDoubles = False


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


def _form(
    json: options.Json = False,
    bibtex: options.Bibtex = False,
    ris: options.Ris = False,
    csl: options.Csl = False,
    csv: options.Csv = False,
    jsonl: options.Jsonl = False,
    markdown: options.Markdown = False,
) -> Form:
    given: dict[Form, bool] = {
        "json": json,
        "bibtex": bibtex,
        "ris": ris,
        "csl": csl,
        "csv": csv,
        "jsonl": jsonl,
        "markdown": markdown,
    }
    return _only(given)


def _form_or_table(table: options.Table = False, **given: bool) -> Form:
    form = _form(**given)
    return _only({form: True, "table": table}) if form else _only({"table": table})


def _only(given: Mapping[Form, bool]) -> Form:
    """The one that is asked for, empty where none is; raises ``UsageError``."""
    asked = [form for form, wanted in given.items() if wanted]
    if len(asked) > 1:
        raise UsageError(f"--{asked[0]} and --{asked[1]}: only one format at a time")
    return asked[0] if asked else ""


def _parameters(function: Callable[..., object]) -> dict[str, Parameter]:
    return dict(signature(function, eval_str=True).parameters)


_TABLED = {
    **_parameters(_form),
    "table": _parameters(_form_or_table)["table"],
}
_SHARED: dict[str, tuple[Mapping[str, Parameter], Callable[..., object]]] = {
    "chosen": (_parameters(_chosen), _chosen),
    "form": (_parameters(_form), _form),
    "form_or_table": (_TABLED, _form_or_table),
    "common": (_parameters(Harvesting), Harvesting),
}
"""For each parameter: the options in its place, and what makes its value of theirs."""


def choosing(command: Command) -> Command:
    """Give a command the shared options instead of its parameters of those names."""
    own = _parameters(command)
    groups = {name: _SHARED[name] for name in own if name in _SHARED}

    @wraps(command)
    def with_options(**values: Any) -> int | None:  # noqa: ANN401 - whatever the options hold
        for name, (shared, made_of) in groups.items():
            values[name] = made_of(**{option: values.pop(option) for option in shared})
        return command(**values)

    parameters = [
        parameter.replace(kind=Parameter.KEYWORD_ONLY)
        for name, held in own.items()
        for parameter in (groups[name][0].values() if name in groups else [held])
    ]
    vars(with_options).update(__signature__=Signature(parameters))
    with_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_options
