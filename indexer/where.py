"""Which papers are meant: conditions as frozen data, which every store carries out in its own way.

A condition holds or doesn't for each paper of a snapshot. It names no file, mask or table, so the
same condition can be cached, compared, logged and sent to another machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ListField = Literal["author", "category", "venue"]
"""Fields of a paper that are looked up by the words of a value."""
TextField = Literal["title", "abstract"]

LAST_DAY = "9999-12-31"


@dataclass(frozen=True, slots=True)
class All:
    """Every paper."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The paper's day, month or year overlaps with ``first`` to ``last``, inclusive.

    Both are :func:`~indexer.papers.dates.date_key` numbers (``YYYYMMDD``, zeros for a whole month
    or year). A paper without a date never passes.
    """

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Has:
    """One value of a field has all these words: never one author's first name, another's surname.

    ``Y. Bengio`` finds Yoshua Bengio, ``cs`` the whole archive. With ``whole`` the value has no
    other words. Words that are none (``""``, ``"..."``) are had by no value.
    """

    field: ListField
    words: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """One of these fields holds the words of ``text`` side by side, stop words keeping their place.

    A phrase of stop words alone is held by no paper.
    """

    fields: tuple[TextField, ...]
    text: str


@dataclass(frozen=True, slots=True)
class AnyWord:
    """Title, abstract or authors hold a word of ``text``: the papers that BM25 gives a score."""

    text: str


@dataclass(frozen=True, slots=True)
class AllWords:
    """Title and abstract together hold each of the first 128 words of ``text`` that are looked up.

    A text without such words is held by no paper.
    """

    text: str


@dataclass(frozen=True, slots=True)
class TitleIs:
    """The paper's title has just these words, however it is printed."""

    title: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """Submitted to a list such as Daily Papers from day ``first`` to day ``last``, inclusive.

    Days are ``YYYY-MM-DD``; an empty ``first`` is before every day.
    """

    first: str = ""
    last: str = LAST_DAY


@dataclass(frozen=True, slots=True)
class Retracted:
    """A source says that the paper was retracted."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """First came to the index after the change ``since`` and by the change ``upto``."""

    since: int
    upto: int


@dataclass(frozen=True, slots=True)
class Among:
    """One of these keys of the same snapshot."""

    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The other papers of the snapshot."""

    where: Where


@dataclass(frozen=True, slots=True)
class And:
    """All of these hold; with none of them, every paper passes."""

    each: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of these holds; with none of them, no paper passes."""

    each: tuple[Where, ...]


Where = (
    All
    | Dates
    | Has
    | Phrase
    | AnyWord
    | AllWords
    | TitleIs
    | Submitted
    | Retracted
    | Arrived
    | Among
    | Not
    | And
    | Or
)

ALL = All()
"""Every paper passes."""


def both(one: Where, other: Where) -> Where:
    """Both hold; as short as it can be said."""
    each = tuple(part for where in (one, other) for part in parts(where))
    return each[0] if len(each) == 1 else And(each) if each else ALL


def without(where: Where, keys: tuple[int, ...]) -> Where:
    """The same, less some papers."""
    return both(where, Not(Among(keys))) if keys else where


def parts(where: Where) -> tuple[Where, ...]:
    """The conditions that all hold."""
    if isinstance(where, All):
        return ()
    return where.each if isinstance(where, And) else (where,)
