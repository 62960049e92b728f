"""What the search form holds, and the addresses of the same search with something changed.

Its fields are those of :class:`~search.options.SearchOptions`; ``search.html`` shows each by its
type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from api.exports.formats import FORMATS
from api.exports.names import ExportName
from api.option_fields import NOT_IN_FORM, SearchField, search_fields
from search.limits import MAX_QUESTION
from search.options import given

FIELDS: Mapping[str, SearchField] = {
    field.name: field for field in search_fields() if field.name not in NOT_IN_FORM
}
"""The options that people can fill in."""
_YES = ("1", "t", "true", "y", "yes", "on")  # What pydantic reads as true.
_LABELS = {
    "after": "From",
    "before": "To",
    "mode": "Search by",
    "sort": "Sort by",
    "limit": "Results per page",
    "min_score": "Minimum score",
    "explain": "Show the sentence nearest to the question",
    "retracted": "Retracted papers",
    "literal": "Take the words as they are",
}
_PLACEHOLDERS = {
    "after": "2023 or 2023-11-05",
    "before": "2024 or 2024-06",
    "category": "cs.CL or cs",
    "min_score": "0 to 1",
}
_CHOICES = {
    "mode": {"hybrid": "meaning and words", "dense": "meaning", "lexical": "words"},
    "retracted": {"any": "with the others", "only": "only these", "none": "left out"},
}
EXPORTED: tuple[ExportName, ...] = ("bibtex", "ris")
"""Formats in which chosen papers are offered."""
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForm:
    """A search as it was typed, right or wrong.

    Attributes:
        q: The question.
        similar: Ids of papers to find similar ones to, where there is no question.
        unlike: Ids of papers to move away from, likewise.
        text: A text to find similar papers to, alone or beside these; likewise.
        chosen: Values by the name of their field; without those that are empty or the default.
    """

    q: str = ""
    similar: Values = ()
    unlike: Values = ()
    text: str = ""
    chosen: Mapping[str, Values]

    @classmethod
    def of(cls, request: Request) -> SearchForm:
        """As the request filled it in."""
        params = request.query_params
        typed = {name: given(params.getlist(name)) for name in FIELDS}
        return cls(
            q=params.get("q", "").strip()[:MAX_QUESTION],
            similar=given(params.getlist("similar")),
            unlike=given(params.getlist("not")),
            text=params.get("text", "").strip()[:MAX_QUESTION],
            chosen={name: values for name, values in typed.items() if not _usual(name, values)},
        )

    def values(self, name: str) -> Values:
        """What a field holds; the default of a choice where nothing is chosen."""
        default = (str(FIELDS[name].default),) if FIELDS[name].choices else ()
        return self.chosen.get(name, default)

    def value(self, name: str) -> str:
        """The same of a field that holds one value; of several the last, which is what counts."""
        return next(iter(self.values(name)[-1:]), "")

    def but(self, **changed: str | Values) -> SearchForm:
        """The same search with other values of some fields."""
        kept = {name: values for name, values in self.chosen.items() if name not in changed}
        new = {name: given(values) for name, values in changed.items()}
        return replace(self, chosen=kept | {n: v for n, v in new.items() if not _usual(n, v)})

    @property
    def asks(self) -> bool:
        """Whether there is anything to search for."""
        return bool(self.q or self.similar or self.unlike or self.text)

    def address(self, offset: int = 0, path: str = "/") -> str:
        """The page that starts at ``offset``, without what is empty or the default."""
        query = self._query({"offset": str(offset or "")})
        return f"{path}?{query}" if query else path

    def feed_address(self) -> str:
        """The question as a feed, which comes in an order and a length of its own."""
        return "/feed.atom?" + self.but(sort="", limit="", explain="")._query({})

    def chosen_exports(self) -> dict[str, str]:
        """Addresses of the papers that results are to be like, in formats of other programs."""
        ids = urlencode([("similar", id) for id in self.similar])
        return {FORMATS[name].title: f"/export?{ids}&format={name}" for name in EXPORTED}

    def api_request(self, offset: int) -> tuple[str, list[tuple[str, str]]]:
        """Path and query by which the API tells of the same papers."""
        own: dict[str, str | Values] = {"offset": str(offset or "")}
        if not self.q:
            own |= {"similar": (), "id": self.similar}
        path = "/api/v1/search" if self.q else "/api/v1/similar"
        return path, parse_qsl(self._query(own))

    def without(self, id: str) -> SearchForm:
        """The same search without one of its papers; without the text for an empty id."""
        if not id:
            return replace(self, text="")
        kept, far = ([one for one in ids if one != id] for ids in (self.similar, self.unlike))
        return replace(self, similar=tuple(kept), unlike=tuple(far))

    def clean_address(self, query: str, offset: int) -> str:
        """The address of the same page with only what is set; empty where ``query`` is that."""
        address = self.address(offset)
        asked = parse_qsl(query, keep_blank_values=True)
        if any(len(value) > MAX_QUESTION for _, value in asked):
            return ""  # it is refused, and has to be said
        return address if sorted(asked) != sorted(parse_qsl(address[2:])) else ""

    def _query(self, own: Mapping[str, str | Values]) -> str:
        ordered = {name: self.chosen[name] for name in FIELDS if name in self.chosen}
        values: dict[str, str | Values] = {
            "q": self.q,
            "similar": () if self.q else self.similar,
            "not": () if self.q else self.unlike,
            "text": "" if self.q else self.text,
            **ordered,
            **own,
        }
        return urlencode({name: v for name, v in values.items() if v}, doseq=True)


def label(name: str) -> str:
    """What the form calls a field."""
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def placeholder(name: str) -> str:
    """What an empty field shows."""
    return _PLACEHOLDERS.get(name) or next(iter(FIELDS[name].option.examples), "")


def choice_label(name: str, value: str) -> str:
    """What the form calls a value of a choice."""
    return _CHOICES.get(name, {}).get(value, value)


def _usual(name: str, values: Values) -> bool:
    """Whether these are what a field holds where nobody fills it in."""
    field = FIELDS[name]
    if field.type is bool:
        return not any(value.lower() in _YES for value in values)
    if field.type is float and values and _is_number(values[-1]):
        return bool(float(values[-1]) == field.default)
    return not values or values == (str(field.default),)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
