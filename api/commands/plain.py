"""A plain command line of ``search``, ``similar`` or ``show``, read without Typer.

Typer, and pydantic behind it, take a quarter of the processor time of a first answer. So what
people and scripts type most is read here: words, and options with one plain value each. Anything
else is left to Typer, above all whatever is wrong, so that there is one place which says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.commands.asking import ask, ask_similar, show_one
from api.option_fields import SearchField, chosen_options, search_fields

Call = Callable[[], int | None]

_FORMATS = ("json", "bibtex", "ris", "csl", "csv", "jsonl", "markdown")
_WHOLE = re.compile("[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: its own options with a text, the formats it prints in, how many words it takes."""

    run: Callable[..., int | None]
    words: str
    most: int
    texts: Mapping[str, str]
    formats: tuple[str, ...]
    format: str
    searches: bool = True


_OUTPUTS = (*_FORMATS, "table")
_COMMANDS = {
    "search": _Command(
        *(ask, "question", 1, {"fields": "fields", "index": "index", "rerank": "rerank"}),
        *(_OUTPUTS, "format"),
    ),
    "similar": _Command(
        *(ask_similar, "id", 0, {"fields": "fields", "index": "index", "text": "text"}),
        *(_OUTPUTS, "format"),
    ),
    "show": _Command(
        *(show_one, "id", 1, {"fields": "fields", "index": "index"}),
        *(_FORMATS, "export_format", False),
    ),
}


def plain_call(arguments: Sequence[str]) -> Call | None:
    """What a command line asks for, ready to be called; ``None`` where Typer has to read it."""
    command = _COMMANDS.get(arguments[0]) if arguments else None
    if command is None or not all(map(_is_plain, arguments)):
        return None
    read = _read(command, arguments[1:])
    if read is None:
        return None
    words, given = read
    own = {name: given.pop(option) for option, name in command.texts.items() if option in given}
    formats = [name for name in command.formats if given.pop(name, False)]
    if len(formats) > 1 or (command.most and len(words) != 1):
        return None
    if words:
        own[command.words] = words[0] if command.most else words
    if formats:
        own[command.format] = formats[0]

    def call() -> int | None:
        if command.searches:
            return command.run(chosen_options(given), **own)
        return command.run(**own)

    return call


def _is_plain(argument: str) -> bool:
    """Whether it is a text, with something in it."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return argument != ""


def _read(command: _Command, arguments: Sequence[str]) -> tuple[list[str], dict[str, Any]] | None:
    """The words, and the values of the options by name; ``None`` for what isn't plain."""
    fields = {one.name: one for one in search_fields()} if command.searches else {}
    words: list[str] = []
    given: dict[str, Any] = {}
    rest = iter(arguments)
    for argument in rest:
        if not argument.startswith("-"):
            words.append(argument)
            continue
        option, equals, text = argument.partition("=")
        name = option.removeprefix("--").replace("-", "_")
        if option != f"--{name.replace('_', '-')}" or (name in given and name not in fields):
            return None
        field = fields.get(name)
        if name in command.formats or (field is not None and field.type is bool):
            if equals or name in given:
                return None
            given[name] = True
            continue
        if not equals and (text := next(rest, "-")).startswith("-"):
            return None
        value = text if name in command.texts and text else _value(field, text)
        if value is None or (name in given and field is not None and not field.repeatable):
            return None
        given[name] = [*given.get(name, ()), value] if field and field.repeatable else value
    return words, given


def _value(field: SearchField | None, text: str) -> Any:  # noqa: ANN401 - whatever it may hold
    """The value of an option of a search; ``None`` where the text is none, or it has no such."""
    if field is None or not text:
        return None
    if field.choices:
        return text if text in field.choices else None
    if field.type is str:
        return text
    kind = _WHOLE if field.type is int else _DECIMAL
    if not kind.fullmatch(text):
        return None
    number, least, most = field.type(text), field.option.least, field.option.most
    within = (least is None or number >= least) and (most is None or number <= most)
    return number if within else None
