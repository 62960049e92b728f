"""The shared options of a search, described so that every face can build its own from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from search.options import DEFAULTS, FACE_OPTIONS, Option, SearchOptions

NOT_IN_MCP = frozenset({"offset", "explain"})
"""Agents go on with a cursor instead of an offset, and their short answers hold no reasons."""
NOT_IN_FORM = frozenset({"offset"})
"""People go on with links to the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchField:
    """One of :data:`~search.options.FACE_OPTIONS`.

    Attributes:
        name: As in :class:`~search.options.SearchOptions`.
        type: ``str``, ``int``, ``float``, ``bool`` or a ``Literal`` of texts; of one value, if it
            may be repeated.
        default: Its value where nobody chooses.
        repeatable: It takes several values, as a tuple.
        option: Its help, bounds and examples.
    """

    name: str
    type: Any
    default: Any
    repeatable: bool
    option: Option

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts that it can be; empty where it isn't a choice."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()


@cache
def search_fields() -> tuple[SearchField, ...]:
    """All of them, in the order of the class."""
    hints = get_type_hints(SearchOptions)
    return tuple(
        _field(one.name, hints[one.name], FACE_OPTIONS[one.name])
        for one in fields(SearchOptions)
        if one.name in FACE_OPTIONS
    )


def chosen_options(values: Mapping[str, Any]) -> SearchOptions:
    """What a face was given, by name; raises ``UsageError``. ``None`` means the default."""
    return DEFAULTS.but(**{name: value for name, value in values.items() if value is not None})


def _field(name: str, hint: Any, option: Option) -> SearchField:  # noqa: ANN401 - a type
    repeatable = get_origin(hint) is tuple
    return SearchField(
        name=name,
        type=_simple(get_args(hint)[0] if repeatable else hint),
        default=getattr(DEFAULTS, name),
        repeatable=repeatable,
        option=option,
    )


def _simple(hint: Any) -> Any:  # noqa: ANN401 - likewise
    """The part of a union that a person can type: ``bool`` of ``bool | Literal["words"]``."""
    return get_args(hint)[0] if get_origin(hint) in (Union, UnionType) else hint
