"""What may be chosen beside a question: once, for Python, the command line, HTTP, MCP and the page.

Each face builds its options from the fields of :class:`SearchOptions` and the :class:`Option`
beside each, so that an option added here is there everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from numbers import Integral, Real
from typing import Any, Literal, TypedDict, Unpack

from indexer import analysis
from indexer.errors import UsageError
from indexer.where import Arrived, Where, both
from search.limits import LIMIT, MAX_DEPTH, MAX_LIMIT, MAX_VALUE
from search.option_names import require_known
from search.query.filters import Filters, RetractedChoice
from search.query.parser import Query, Stems
from search.validation import checked_text, whole_characters

Mode = Literal["hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")
Sort = Literal["relevance", "newest", "upvotes"]
SORTS: tuple[Sort, ...] = ("relevance", "newest", "upvotes")
Explain = bool | Literal["words"]


@dataclass(frozen=True, slots=True)
class Option:
    """How a face presents a field of :class:`SearchOptions`.

    Attributes:
        help: One sentence.
        metavar: What stands for the value in a synopsis.
        least: The smallest number that may be given.
        most: The largest.
        examples: Values to show.
    """

    help: str
    metavar: str = ""
    least: float | None = None
    most: float | None = None
    examples: tuple[str, ...] = ()


def _option(default: object, help: str, **more: Any) -> Any:  # noqa: ANN401 - a field of any type
    return field(default=default, metadata={"option": Option(help, **more)})


class Choices(TypedDict, total=False):
    """The fields of :class:`SearchOptions` as keyword arguments; a list may be one text."""

    mode: Mode
    after: str
    before: str
    category: str | Iterable[str]
    author: str | Iterable[str]
    venue: str | Iterable[str]
    retracted: RetractedChoice
    sort: Sort
    limit: int
    offset: int
    min_score: float
    explain: Explain
    literal: bool
    arrived: Arrived | None
    filters: Filters


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """Everything beside the question; raises ``UsageError`` for what makes no sense.

    A paper must pass every filter that is set; within one of them any of its values will do.

    Attributes:
        mode: ``hybrid``, ``dense`` or ``lexical``.
        after: First day, month or year (inclusive), as ``YYYY[-MM[-DD]]``.
        before: Last day, month or year, likewise.
        category: ``cs.CL``, or a whole archive such as ``cs``.
        author: Words of a name in any order, such as ``bengio`` or ``Y. Bengio``.
        venue: Words of a venue's name.
        retracted: ``any`` paper, ``only`` retracted ones, or ``none`` of these.
        sort: ``newest`` and ``upvotes`` reorder the papers that are close.
        limit: Results in the answer.
        offset: Results to skip.
        min_score: Leave out what scores less, see :mod:`search.ranking.closeness`.
        explain: Say why each result ranks where it does; ``"words"`` for ranks and words alone,
            ten times as fast as with the nearest sentence.
        literal: Take the words as they are: nothing is corrected, spelt out or read into them.
        arrived: Only papers that came with some changes, see ``Engine.history``; Python only.
    """

    mode: Mode = _option("hybrid", "Search by meaning and words (hybrid), by meaning, or by words.")
    after: str = _option(
        "",
        "Only papers from this day, month or year on: YYYY[-MM[-DD]].",
        metavar="DATE",
        examples=("2023-11",),
    )
    before: str = _option(
        "",
        "Only papers up to this day, month or year: YYYY[-MM[-DD]].",
        metavar="DATE",
        examples=("2024",),
    )
    category: tuple[str, ...] = _option(
        (),
        "Only papers in this category, such as cs.CL or cs; repeat it for any of several.",
        metavar="C",
        examples=("cs.CL",),
    )
    author: tuple[str, ...] = _option(
        (),
        "Only papers by this author; repeat it for any of several.",
        metavar="A",
        examples=("bengio",),
    )
    venue: tuple[str, ...] = _option(
        (),
        "Only papers from this venue; repeat it for any of several.",
        metavar="V",
        examples=("NeurIPS",),
    )
    retracted: RetractedChoice = _option(
        "any", "Any papers, only those known as retracted, or none of these."
    )
    sort: Sort = _option("relevance", "Sort the close papers by relevance, date or upvotes.")
    limit: int = _option(
        LIMIT, f"Number of results, 1 to {MAX_LIMIT:,}.", metavar="N", least=1, most=MAX_LIMIT
    )
    offset: int = _option(
        0,
        f"Number of results to skip; with limit at most {MAX_DEPTH:,}.",
        metavar="N",
        least=0,
        most=MAX_DEPTH - 1,
    )
    min_score: float = _option(
        0.0,
        "Leave out results that score less, 0 to 1.",
        metavar="X",
        least=0,
        most=1,
    )
    explain: Explain = _option(False, "Say why each result ranks where it does.")
    literal: bool = _option(
        False, "Take the words as typed: correct no spelling, read nothing into them."
    )
    arrived: Arrived | None = None

    def __post_init__(self) -> None:
        for name in _LISTS:
            object.__setattr__(self, name, given(_texts(name, getattr(self, name))))
        for name in _DATES:
            object.__setattr__(self, name, checked_text(name, getattr(self, name)).strip())
        self._check_kinds()
        if not 1 <= self.limit <= MAX_LIMIT:
            raise UsageError(f"limit {self.limit}: must be from 1 to {MAX_LIMIT}")
        if not 0 <= self.offset <= MAX_DEPTH - self.limit:
            raise UsageError(
                f"offset {self.offset}: must be from 0, and offset + limit at most {MAX_DEPTH}; "
                "narrow the search with filters instead"
            )
        if not 0 <= self.min_score <= 1:
            raise UsageError(f"min_score {self.min_score}: must be from 0 to 1")
        for name in _LISTS:
            longest = max(map(len, getattr(self, name)), default=0)
            if longest > MAX_VALUE:
                raise UsageError(f"{name}: a value of {longest} characters; at most {MAX_VALUE}")
        _ = self.filters  # which checks the dates and counts

    def _check_kinds(self) -> None:
        _require_one_of("mode", self.mode, MODES)
        _require_one_of("sort", self.sort, SORTS)
        _require_one_of("explain", self.explain, (False, True, "words"))
        _require_one_of("literal", self.literal, (False, True))
        _require_a(Integral, "limit", self.limit)
        _require_a(Integral, "offset", self.offset)
        _require_a(Real, "min_score", self.min_score)
        if self.arrived is not None:
            _require_a(Arrived, "arrived", self.arrived)

    def but(self, **choices: Unpack[Choices]) -> SearchOptions:
        """The same with other choices; raises ``UsageError`` for one that nobody knows."""
        named: dict[str, Any] = dict(choices)
        require_known(named, (*OPTION_NAMES, "filters"))
        filters = named.pop("filters", None)
        if filters is not None:
            _require_a(Filters, "filters", filters)
            named = filters.as_choices() | named
        return replace(self, **named)

    @property
    def filters(self) -> Filters:
        """Those of the fields that leave papers out."""
        return Filters(
            after=self.after,
            before=self.before,
            categories=self.category,
            authors=self.author,
            venues=self.venue,
            retracted=self.retracted,
            arrivals=self.arrived,
        )

    def where(self, query: Query | None = None, stems: Stems = analysis.stems) -> Where:
        """Which papers pass these filters, and what a query asks for outright."""
        where = self.filters.where()
        return where if query is None else both(query.where(stems), where)

    def as_dict(self) -> dict[str, Any]:
        """What was chosen, by name: filters where they are set, mode and order always."""
        literal = {"literal": True} if self.literal else {}
        return {**self.filters.as_dict(), "mode": self.mode, "sort": self.sort, **literal}


_LISTS = ("category", "author", "venue")
_DATES = ("after", "before")
OPTION_NAMES = tuple(one.name for one in fields(SearchOptions))
FACE_OPTIONS: Mapping[str, Option] = {
    one.name: one.metadata["option"] for one in fields(SearchOptions) if "option" in one.metadata
}
"""By name, the options that people and programs may give."""


def given(values: str | Iterable[str] | None) -> tuple[str, ...]:
    """The values that aren't blank, without white space around them."""
    values = (values,) if isinstance(values, str) else values or ()
    return tuple(value.strip() for value in values if value.strip())


def _texts(name: str, values: object) -> list[str]:
    """One text or several as a list, without half characters; raises ``UsageError``."""
    if values is None:
        return []
    if isinstance(values, str) or not isinstance(values, Iterable):
        values = [values]
    return [whole_characters(checked_text(name, value)) for value in values]


def _require_one_of(name: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise UsageError(f"{name} {value!r}: must be one of {', '.join(map(str, known))}")


def _require_a(kind: type, name: str, value: object) -> None:
    """For Python alone; every other face has checked the kinds of values already."""
    if isinstance(value, bool) or not isinstance(value, kind):
        raise UsageError(f"{name} {value!r}: must be {_KINDS[kind]}")


_KINDS = {
    Integral: "a whole number",
    Real: "a number",
    Filters: "made by nearpaper.Filters",
    Arrived: "an Arrived",
}
DEFAULTS = SearchOptions()
NEWEST = SearchOptions(sort="newest")
