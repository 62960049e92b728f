"""The operations of an OpenAPI document as forms: what can be filled in, and with what at first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

FIRST = (
    *("/api/v1/search", "/api/v1/similar", "/api/v1/suggest", "/api/v1/papers/{id}"),
    *("/api/v1/papers", "/api/v1/search/batch", "/api/v1/schema", "/feed.atom"),
)
"""What people try first; the others follow as the document has them."""
Kind = Literal["text", "number", "choice", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method at a path.

    Attributes:
        number: Counts the operations of a page, to name elements by.
        path: With ``{id}`` where a value belongs.
        method: Such as ``get``.
        told: What the document says of it.
    """

    number: int
    path: str
    method: str
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One parameter that can be filled in.

    Attributes:
        kind: What a browser shows.
        default: What is meant where nothing is sent.
        value: What stands there at first: the default, or an example of what must be given.
        choices: The values of a choice.
    """

    kind: Kind
    default: str
    value: str
    choices: tuple[str, ...] = ()


def operations(api: Mapping[str, Any]) -> Iterator[Operation]:
    """All of a document, those of :data:`FIRST` first."""
    paths = api["paths"]
    order = [*(path for path in FIRST if path in paths), *(p for p in paths if p not in FIRST)]
    each = ((path, method, told) for path in order for method, told in paths[path].items())
    for number, (path, method, told) in enumerate(each, start=1):
        yield Operation(number=number, path=path, method=method, told=told)


def input_of(parameter: Mapping[str, Any]) -> Input:
    """How a parameter is filled in."""
    schema = parameter["schema"]
    default = _text(schema.get("default", ""))
    examples = schema.get("examples", [""])
    needed = parameter.get("required") or parameter["name"] == "id"
    value = str(examples[0]) if needed and not default else default
    if "enum" in schema:
        return Input(kind="choice", default=default, value=value, choices=tuple(schema["enum"]))
    if schema.get("type") == "boolean":
        return Input(kind="flag", default=default, value=value)
    is_number = schema.get("type") in ("integer", "number")
    return Input(kind="number" if is_number else "text", default=default, value=value)


def _text(value: object) -> str:
    """A default as it stands in an address; a list has none."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if isinstance(value, list) or value is None else str(value)
