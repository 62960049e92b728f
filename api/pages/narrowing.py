"""Links that add one filter to a search, with the number of results, and links that remove one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from api.pages.form import FIELDS, SearchForm, label
from api.wording import date_range
from search.answer.answer import Answer
from search.limits import MAX_VALUE

MOST = 8
"""Values of one field."""
_LISTS = tuple(name for name, field in FIELDS.items() if field.repeatable)


@dataclass(frozen=True, slots=True)
class FilterLink:
    """What a link says and where it leads; ``count`` papers are there, if that is known."""

    text: str
    address: str
    count: int = 0


def narrowings(form: SearchForm, answer: Answer) -> dict[str, list[FilterLink]]:
    """The most frequent values by field, each as a link that adds it as a filter.

    Values that every paper has narrow nothing. Neither does a second value of a filtered field,
    since any of its values will do: such a field is left out until its filter is removed.
    """
    fields = ["year", *(field for field in _LISTS if not form.values(field))]
    found = {field: _added(form, answer, field) for field in fields}
    return {field: links for field, links in found.items() if links}


def removals(form: SearchForm) -> list[FilterLink]:
    """The filters that are set, each as a link to the same search without it."""
    return [FilterLink(text, rest.address()) for text, rest in _set(form)]


def _added(form: SearchForm, answer: Answer, field: str) -> list[FilterLink]:
    counts = answer.facets.get(field, {}).items()
    useful = [(v, n) for v, n in counts if n < answer.total and len(v) <= MAX_VALUE]
    return [FilterLink(v, _with(form, field, v).address(), n) for v, n in useful[:MOST]]


def _with(form: SearchForm, field: str, value: str) -> SearchForm:
    if field != "year":
        return form.but(**{field: value})
    # The dates of the year, as far as they are within those already chosen.
    after, before = form.value("after"), form.value("before")
    return form.but(
        after=after if after.startswith(value) else value,
        before=before if before.startswith(value) else value,
    )


def _set(form: SearchForm) -> Iterator[tuple[str, SearchForm]]:
    """Each filter in words, and the form without it."""
    after, before = form.value("after"), form.value("before")
    if after and after == before:
        yield date_range(after, before), form.but(after="", before="")
    else:
        if after:
            yield date_range(after, ""), form.but(after="")
        if before:
            yield date_range("", before), form.but(before="")
    for field in _LISTS:
        values = form.values(field)
        for value in dict.fromkeys(values):
            yield f"{field} {value}", form.but(**{field: tuple(v for v in values if v != value)})
    if least := form.value("min_score"):
        yield f"{label('min_score').lower()} {least}", form.but(min_score="")
