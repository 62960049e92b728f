"""Links that add one filter to a search, with what it would leave, and links that take one off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from api.http.routes.parameters import MAX_VALUE
from api.pages.form import Form
from search.answer.answer import Answer

MOST = 8
"""Values of one field."""
_LISTS = ("category", "author", "venue")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says and where it leads; ``count`` papers are there, if that is known."""

    text: str
    address: str
    count: int = 0


def narrowings(form: Form, answer: Answer) -> dict[str, list[Link]]:
    """The most frequent values by field, each as a link that adds it as a filter.

    Values that every paper has narrow nothing. Neither does a second value of a filtered field,
    since any of its values will do: such a field is left out until its filter is taken off.
    """
    fields = ["year", *(field for field in _LISTS if not getattr(form, field))]
    found = {field: _added(form, answer, field) for field in fields}
    return {field: links for field, links in found.items() if links}


def removals(form: Form) -> list[Link]:
    """The filters that are set, each as a link to the same search without it."""
    return [Link(text, replace(form, **rest).address()) for text, rest in _set(form)]


def _added(form: Form, answer: Answer, field: str) -> list[Link]:
    counts = answer.facets.get(field, {}).items()
    useful = [(v, n) for v, n in counts if n < answer.total and len(v) <= MAX_VALUE]
    return [Link(v, _with(form, field, v).address(), n) for v, n in useful[:MOST]]


def _with(form: Form, field: str, value: str) -> Form:
    if field == "year":
        return replace(form, **_within(form, value))
    filters: dict[str, Any] = {field: (value,)}
    return replace(form, **filters)


def _within(form: Form, year: str) -> dict[str, Any]:
    """The dates of a year, as far as they are within those already chosen."""
    return {
        "after": form.after if form.after.startswith(year) else year,
        "before": form.before if form.before.startswith(year) else year,
    }


def _set(form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each filter in words, and the fields of the form without it."""
    if form.after and form.after == form.before:
        yield form.after, {"after": "", "before": ""}
    else:
        if form.after:
            yield f"from {form.after}", {"after": ""}
        if form.before:
            yield f"until {form.before}", {"before": ""}
    for field in _LISTS:
        values = getattr(form, field)
        for value in dict.fromkeys(values):
            yield f"{field} {value}", {field: tuple(v for v in values if v != value)}
    if form.min_score:
        yield f"score from {form.min_score}", {"min_score": ""}
