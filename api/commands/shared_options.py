"""Groups of options that several commands have in common.

Typer reads a command's options off its signature, and knows no group of options. So a command
takes one parameter ``choices`` for how to search and one ``format`` for how to print, or one
``common`` for what all harvests have, and :func:`with_shared_options` puts the options in its
place. Those of a search are built from the fields of :class:`~search.options.SearchOptions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import options
from api.option_fields import SearchField, chosen_options, search_fields
from api.terminal.output import OutputFormat
from indexer.errors import UsageError
from indexer.ray.options import RayOptions

if TYPE_CHECKING:
    from indexer.location import Place

Command = Callable[..., int | None]


@dataclass(frozen=True, slots=True)
class HarvestOptions:
    """What ``fetch`` takes whatever the archive is; its fields are the options."""

    start: options.From = ""
    end: options.To = ""
    since_last: options.SinceLast = False
    exit_code: options.ExitCode = False
    index: options.IndexLocation = None
    base_url: options.BaseUrl = ""
    delay: options.Delay = None
    model: options.Model = None
    keep_duplicates: options.KeepDuplicates = False
    keep_doubles: options.KeepDoubles = False
    ray: options.Ray = None
    device: options.OnDevice = None
    actors: options.Actors = None

    @property
    def location(self) -> Place:
        """Where the index is."""
        return options.chosen_location(self.index)

    @property
    def on_ray(self) -> RayOptions | None:
        """Where on Ray to embed."""
        return options.chosen_ray(self.ray, self.device, self.actors)


def _search_parameter(field: SearchField) -> Parameter:
    """The option of the command line for a field."""
    is_number = field.type in (int, float)
    declared = typer.Option(
        f"--{field.name.replace('_', '-')}",
        help=field.option.help,
        metavar=field.option.metavar or None,
        min=field.option.least if is_number else None,
        max=field.option.most if is_number else None,
        show_default=bool(field.default) or is_number,
    )
    kind = list[str] | None if field.repeatable else field.type
    return Parameter(
        field.name,
        Parameter.KEYWORD_ONLY,
        default=None if field.repeatable else field.default,
        annotation=Annotated[kind, declared],
    )


def _chosen(**values: Any) -> Any:  # noqa: ANN401 - whatever the options hold
    return chosen_options(values)


def _export_format(
    json: options.JsonFlag = False,
    bibtex: options.BibtexFlag = False,
    ris: options.RisFlag = False,
    csl: options.CslFlag = False,
    csv: options.CsvFlag = False,
    jsonl: options.JsonlFlag = False,
    markdown: options.MarkdownFlag = False,
) -> OutputFormat:
    given: dict[OutputFormat, bool] = {
        "json": json,
        "bibtex": bibtex,
        "ris": ris,
        "csl": csl,
        "csv": csv,
        "jsonl": jsonl,
        "markdown": markdown,
    }
    return _only(given)


def _output_format(table: options.TableFlag = False, **given: bool) -> OutputFormat:
    format = _export_format(**given)
    return _only({format: True, "table": table}) if format else _only({"table": table})


def _only(given: Mapping[OutputFormat, bool]) -> OutputFormat:
    """The one that is chosen, empty where none is; raises ``UsageError``."""
    chosen = [format for format, wanted in given.items() if wanted]
    if len(chosen) > 1:
        raise UsageError(f"--{chosen[0]} and --{chosen[1]}: choose one format")
    return chosen[0] if chosen else ""


def _parameters(function: Callable[..., object]) -> dict[str, Parameter]:
    return dict(signature(function, eval_str=True).parameters)


_EXPORTS = _parameters(_export_format)
_OUTPUTS = {**_EXPORTS, "table": _parameters(_output_format)["table"]}
_SHARED: dict[str, tuple[Mapping[str, Parameter], Callable[..., object]]] = {
    "choices": ({one.name: _search_parameter(one) for one in search_fields()}, _chosen),
    "export_format": (_EXPORTS, _export_format),
    "format": (_OUTPUTS, _output_format),
    "common": (_parameters(HarvestOptions), HarvestOptions),
}
"""For each parameter: the options in its place, and what makes its value of theirs."""


def with_shared_options(command: Command) -> Command:
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
